#include "learners/network/kernels.h"

#include <Eigen/Core>
#include <cmath>

namespace sandlot::kernels {
namespace {

// Eigen's own names for the vectors of this machine, as its extension modules use them.
using Eigen::internal::packet_traits;
using Eigen::internal::pload;
using Eigen::internal::ploadu;
using Eigen::internal::pmadd;
using Eigen::internal::pset1;
using Eigen::internal::pstoreu;
using Eigen::internal::unpacket_traits;

using Full = packet_traits<float>::type;
using Half = unpacket_traits<Full>::half;
using Quarter = unpacket_traits<Half>::half;
template <class P>
constexpr std::size_t lanes = unpacket_traits<P>::size;

// Rows of C held in registers at once: 2 packets wide they fill most of 32 or of 16 registers.
constexpr std::size_t kRows = lanes<Full> == 16 ? 12 : 6;

struct Operands {
  std::size_t depth;
  const float* a;
  std::size_t row_step, column_step;
  const float* b;
  float* c;
  std::size_t stride;  // of B and C
  bool accumulate;
};

// Rows × (Packets · lanes) of C.
template <class P, std::size_t Packets, std::size_t Rows>
inline void tile(const Operands& o, std::size_t row, std::size_t column) {
  P sums[Rows][Packets];
  float* const c = o.c + row * o.stride + column;
  const float* a = o.a + row * o.row_step;
  const float* b = o.b + column;
  for (std::size_t i = 0; i < Rows; ++i)
    for (std::size_t v = 0; v < Packets; ++v)
      sums[i][v] = o.accumulate ? ploadu<P>(c + i * o.stride + v * lanes<P>) : pset1<P>(0.0f);
  for (std::size_t k = 0; k < o.depth; ++k, a += o.column_step, b += o.stride) {
    P right[Packets];
    for (std::size_t v = 0; v < Packets; ++v) right[v] = ploadu<P>(b + v * lanes<P>);
    for (std::size_t i = 0; i < Rows; ++i) {
      const P left = pset1<P>(a[i * o.row_step]);
      for (std::size_t v = 0; v < Packets; ++v) sums[i][v] = pmadd(left, right[v], sums[i][v]);
    }
  }
  for (std::size_t i = 0; i < Rows; ++i)
    for (std::size_t v = 0; v < Packets; ++v) pstoreu(c + i * o.stride + v * lanes<P>, sums[i][v]);
}

template <std::size_t Rows>
inline void single_column(const Operands& o, std::size_t row, std::size_t column) {
  float sums[Rows];
  for (std::size_t i = 0; i < Rows; ++i)
    sums[i] = o.accumulate ? o.c[(row + i) * o.stride + column] : 0.0f;
  const float* a = o.a + row * o.row_step;
  const float* b = o.b + column;
  for (std::size_t k = 0; k < o.depth; ++k, a += o.column_step, b += o.stride)
    for (std::size_t i = 0; i < Rows; ++i) sums[i] = std::fma(a[i * o.row_step], *b, sums[i]);
  for (std::size_t i = 0; i < Rows; ++i) o.c[(row + i) * o.stride + column] = sums[i];
}

template <std::size_t Rows>
void strip(const Operands& o, std::size_t row, std::size_t n) {
  std::size_t column = 0;
  // One row is bound by the latency of its sums: more of them at once.
  if constexpr (Rows == 1)
    for (; column + 8 * lanes<Full> <= n; column += 8 * lanes<Full>)
      tile<Full, 8, Rows>(o, row, column);
  for (; column + 2 * lanes<Full> <= n; column += 2 * lanes<Full>)
    tile<Full, 2, Rows>(o, row, column);
  for (; column + lanes<Full> <= n; column += lanes<Full>) tile<Full, 1, Rows>(o, row, column);
  if constexpr (lanes<Half> < lanes<Full>)
    for (; column + lanes<Half> <= n; column += lanes<Half>) tile<Half, 1, Rows>(o, row, column);
  if constexpr (lanes<Quarter> < lanes<Half>)
    for (; column + lanes<Quarter> <= n; column += lanes<Quarter>)
      tile<Quarter, 1, Rows>(o, row, column);
  for (; column < n; ++column) single_column<Rows>(o, row, column);
}

}  // namespace

void multiply(int m, int n, int depth, const float* a, std::ptrdiff_t row_step,
              std::ptrdiff_t column_step, const float* b, float* c, bool accumulate) {
  const auto size = [](auto x) { return static_cast<std::size_t>(x); };
  const Operands o{size(depth), a, size(row_step), size(column_step), b, c, size(n), accumulate};
  const std::size_t rows = size(m), columns = size(n);
  std::size_t row = 0;
  for (; row + kRows <= rows; row += kRows) strip<kRows>(o, row, columns);
  for (; row + 4 <= rows; row += 4) strip<4>(o, row, columns);
  for (; row < rows; ++row) strip<1>(o, row, columns);
}

void transpose(int rows, int columns, const float* a, float* b) {
  // In squares that stay in the cache.
  constexpr int side = 16;
  for (int i0 = 0; i0 < rows; i0 += side)
    for (int j0 = 0; j0 < columns; j0 += side) {
      const int i1 = std::min(i0 + side, rows), j1 = std::min(j0 + side, columns);
      for (int j = j0; j < j1; ++j)
        for (int i = i0; i < i1; ++i)
          b[static_cast<std::ptrdiff_t>(j) * rows + i] =
              a[static_cast<std::ptrdiff_t>(i) * columns + j];
    }
}

void add_columns(int rows, int columns, const float* a, float* sums) {
  Eigen::Map<Eigen::ArrayXf> all(sums, columns);
  for (int i = 0; i < rows; ++i, a += columns) all += Eigen::Map<const Eigen::ArrayXf>(a, columns);
}

}  // namespace sandlot::kernels
