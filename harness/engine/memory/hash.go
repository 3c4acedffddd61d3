package memory

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// hashBytes is FNV-1a, mixed: the same in every process and release, so that what
// depends on it (the order of scans) is too.
func hashBytes[T string | []byte](bytes T) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211
	h := uint64(offset)
	for i := range len(bytes) {
		h = (h ^ uint64(bytes[i])) * prime
	}
	return mix(h)
}

// mix spreads every bit over all (the finalizer of splitmix64).
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// chain hashes values in their order.
func chain(values ...uint64) uint64 {
	h := uint64(len(values))
	for _, v := range values {
		h = mix(h ^ v)
	}
	return h
}

// hashItem hashes an item in normal form. Attributes are summed: they have no
// order.
func hashItem(it item.Item) uint64 {
	sum := uint64(len(it))
	for name, v := range it {
		sum += chain(hashBytes(name), hashValue(v))
	}
	return sum
}

func hashValue(v types.AttributeValue) uint64 {
	kind := uint64(item.KindOf(v))
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return chain(kind, hashBytes(v.Value))
	case *types.AttributeValueMemberN:
		return chain(kind, hashBytes(v.Value))
	case *types.AttributeValueMemberB:
		return chain(kind, hashBytes(v.Value))
	case *types.AttributeValueMemberBOOL:
		if v.Value {
			return chain(kind, 1)
		}
	case *types.AttributeValueMemberSS:
		return hashMembers(kind, v.Value, hashBytes)
	case *types.AttributeValueMemberNS:
		return hashMembers(kind, v.Value, hashBytes)
	case *types.AttributeValueMemberBS:
		return hashMembers(kind, v.Value, hashBytes)
	case *types.AttributeValueMemberL:
		return hashMembers(kind, v.Value, hashValue)
	case *types.AttributeValueMemberM:
		return chain(kind, hashItem(v.Value))
	}
	return mix(kind)
}

func hashMembers[T any](kind uint64, members []T, hash func(T) uint64) uint64 {
	h := chain(kind, uint64(len(members)))
	for _, m := range members {
		h = chain(h, hash(m))
	}
	return h
}
