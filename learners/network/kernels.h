// Matrix kernels for small networks: no packing, no allocation, one thread.
//
// Eigen's product packs its operands, which costs more than it gives where they fit the cache; for
// products of 128 × 120 × 84 these kernels, on Eigen's packets, take half to two thirds of its
// time, and a third where the left side is transposed (bench_network). All matrices are row-major.
#pragma once

#include <cstddef>

namespace sandlot::kernels {

// C [m, n] = (accumulate ? C : 0) + A B, with A(i, k) = a[i · row_step + k · column_step], so that
// A may be a transposed view, B [depth, n], rows of B and C n floats apart.
void multiply(int m, int n, int depth, const float* a, std::ptrdiff_t row_step,
              std::ptrdiff_t column_step, const float* b, float* c, bool accumulate);

// B [columns, rows] = the transpose of A [rows, columns].
void transpose(int rows, int columns, const float* a, float* b);

// sums [columns] += the sum of each column of A [rows, columns].
void add_columns(int rows, int columns, const float* a, float* sums);

}  // namespace sandlot::kernels
