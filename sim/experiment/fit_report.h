// report.html of `sandlot fit`: one self-contained page about what a learner is worth on a table.
#pragma once

#include <string>

#include "sim/experiment/fit_config.h"

namespace sandlot {

// Scores beside the baseline; classes taken for each other and calibration, or predictions against
// the truth and what is left over; importances; the resolved config.
std::string fit_report_html(const Registry& registry, const Fit& fit, const CrossValidation& cv);

}  // namespace sandlot
