// Package number holds DynamoDB's numbers: decimals of up to 38 significant
// digits, from 1E-130 to 9.99…E+125 and their negatives.
//
// A number is its text in normal form, as DynamoDB returns it: no exponent, no
// plus sign, no superfluous zero, never "-0". [Normal] makes it. The guarantee:
// two numbers in normal form are equal exactly if their texts are, and no digit
// is ever rounded: a sum that needs more than 38 digits is refused.
//
// Start at [Normal]. It is the only package of the memory engine that knows the
// decimal library.
package number
