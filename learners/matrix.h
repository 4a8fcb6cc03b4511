// Matrix: tables of numbers as learners take them, one row per example.
#pragma once

#include <Eigen/Core>

namespace sandlot {

using RowMatrixXd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
// Any row-major floats, a whole matrix or some of its rows or columns, without a copy.
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixMap = Eigen::Map<const Matrix>;  // of memory that others own

}  // namespace sandlot
