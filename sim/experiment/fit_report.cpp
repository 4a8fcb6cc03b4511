#include "sim/experiment/fit_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/experiment/chart.h"
#include "sim/experiment/fit_results.h"
#include "sim/experiment/page.h"

namespace sandlot {
namespace {

std::string figure(const std::string& caption, const std::string& content) {
  return "<figure><figcaption>" + escape_html(caption) + "</figcaption>\n" + content +
         "</figure>\n";
}

std::string score_table(const CrossValidation& cv, bool classification) {
  std::string html = "<table><thead><tr><th></th><th>learner</th><th>" +
                     std::string(classification ? "most frequent class" : "the mean") +
                     "</th></tr></thead><tbody>\n";
  for (const ScoreSummary& row : summarize_scores(cv))
    html += "<tr><td>" + escape_html(score_label(row.name)) + "</td><td class='main'>" +
            with_deviation(row.learner) + "</td><td>" + with_deviation(row.baseline) +
            "</td></tr>\n";
  return html + "</tbody></table>\n";
}

// Each cell as strong in colour as its share of the row.
std::string confusion_table(const CrossValidation& cv) {
  const auto& classes = cv.truth.classes;
  const Confusion confusion = confusion_matrix(cv.truth.labels, cv.prediction.labels,
                                               static_cast<int>(classes.size()), cv.weights);
  std::string html = "<table class='matrix'><thead><tr><th></th>";
  for (const auto& name : classes) html += "<th>" + escape_html(name) + "</th>";
  html += "<th>recall</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < classes.size(); ++i) {
    double all = 0;
    for (const double count : confusion[i]) all += count;
    html += "<tr><th>" + escape_html(classes[i]) + "</th>";
    for (std::size_t j = 0; j < classes.size(); ++j) {
      const double share = all > 0 ? confusion[i][j] / all : 0;
      char style[96];
      std::snprintf(style, sizeof style, "background:rgba(%s,%.3f)%s",
                    i == j ? "0,114,178" : "213,94,0", share * (i == j ? 0.85 : 1),
                    share > 0.6 ? ";color:#fff" : "");
      html += "<td style='" + std::string(style) + "'>" + short_number(confusion[i][j]) + "</td>";
    }
    html += "<td>" + (all > 0 ? short_number(100 * confusion[i][i] / all) + " %" : "–") +
            "</td></tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string calibration_chart(const CrossValidation& cv) {
  Series learner{"in the bin", {}, {}, {}}, perfect{"as it should be", {0, 1}, {0, 1}, {}};
  for (const CalibrationBin& bin :
       calibration(cv.truth.labels, cv.prediction.probabilities, cv.weights, 10)) {
    if (bin.weight <= 0) continue;
    learner.x.push_back(bin.confidence);
    learner.y.push_back(bin.accuracy);
  }
  return line_chart({"Calibration", "how sure it was", "how often it was right"},
                    {learner, perfect});
}

std::string classes_section(const CrossValidation& cv) {
  constexpr std::size_t kMost = 30;
  std::string html = "<section><h2>Which classes are taken for which</h2>\n";
  if (cv.truth.classes.size() <= kMost)
    html += "<div class='card'>" + confusion_table(cv) +
            "</div><p class='note'>Rows: what it is. Columns: what it was taken for while it was "
            "held out. Colour: the share of the row.</p>\n";
  else
    html +=
        "<p class='note'>There are too many classes for a table; predictions.csv has every "
        "row.</p>\n";
  html += "</section>\n";
  if (cv.prediction.probabilities.rows() == 0) return html;
  return html + "<section><h2>Does it know what it does not know?</h2>\n" +
         figure("Calibration", calibration_chart(cv)) +
         "<p class='note'>Predictions in ten bins by their probability: where it says 0.8 it "
         "should "
         "be right in 8 of 10. The line shows what that would be.</p></section>\n";
}

std::string numbers_section(const CrossValidation& cv) {
  std::string html = "<section><h2>Predictions and the truth</h2>\n";
  for (std::size_t i = 0; i < cv.truth.names.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    std::vector<double> truth, guess, left;
    for (Eigen::Index row = 0; row < cv.truth.values.rows(); ++row) {
      truth.push_back(static_cast<double>(cv.truth.values(row, column)));
      guess.push_back(static_cast<double>(cv.prediction.values(row, column)));
      left.push_back(truth.back() - guess.back());
    }
    const std::string& name = cv.truth.names[i];
    html +=
        "<div class='pair'>" +
        figure("Predicted, against the truth",
               scatter_chart({"Predicted and true " + name, name + ", predicted", name}, guess,
                             truth, GuideLine::diagonal)) +
        figure("What is left over",
               scatter_chart({"Residuals of " + name, name + ", predicted", "truth − predicted"},
                             guess, left, GuideLine::zero)) +
        "</div>\n";
  }
  return html +
         "<p class='note'>Rows as they were predicted while they were held out. Left-overs that "
         "bend or fan out say what the learner has not seen.</p></section>\n";
}

std::vector<Bar> most(std::vector<Bar> bars) {
  constexpr std::size_t kMost = 30;
  std::stable_sort(bars.begin(), bars.end(),
                   [](const Bar& a, const Bar& b) { return a.value > b.value; });
  if (bars.size() > kMost) bars.resize(kMost);
  return bars;
}

std::vector<Bar> permutation_bars(const FitProblem& problem, const CrossValidation& cv) {
  std::vector<Bar> bars;
  for (std::size_t i = 0; i < cv.folds.front().permutation.size(); ++i) {
    std::vector<double> falls;
    for (const FoldResult& fold : cv.folds) falls.push_back(fold.permutation[i]);
    const auto [mean, deviation] = mean_deviation(falls);
    bars.push_back({problem.features.features()[i].name, std::isfinite(mean) ? mean : 0,
                    std::isfinite(deviation) ? deviation : 0});
  }
  return most(std::move(bars));
}

// The inputs of a column of categories together.
std::vector<Bar> impurity_bars(const FitProblem& problem, const std::vector<double>& shares) {
  std::vector<Bar> bars;
  for (const Feature& feature : problem.features.features()) {
    Bar bar{feature.name, 0, 0};
    for (int k = 0; k < feature.inputs(); ++k)
      bar.value += shares[static_cast<std::size_t>(feature.first + k)];
    bars.push_back(std::move(bar));
  }
  return most(std::move(bars));
}

std::string importance_section(const FitProblem& problem, const CrossValidation& cv) {
  const bool classification = !problem.targets.classes.empty();
  const auto shares = cv.model->importances();
  const auto falls = permutation_bars(problem, cv);
  if (shares.empty() && falls.empty()) return "";
  std::string html = "<section><h2>What it looks at</h2>\n";
  if (!falls.empty())
    html += figure(classification ? "How much accuracy falls when a column is shuffled"
                                  : "How much R² falls when a column is shuffled",
                   bar_chart("Permutation importances", falls)) +
            "<p class='note'>On held-out rows, mean over the folds; whiskers are one standard "
            "deviation. Columns that say the same stand in for each other, and then none of them "
            "shows.</p>\n";
  if (!shares.empty())
    html += figure("What the learner itself counts: the share of impurity that a column takes away",
                   bar_chart("Impurity importances", impurity_bars(problem, shares))) +
            "<p class='note'>Of the learner taught by all rows. It favours columns of many "
            "values, even of noise: prefer the above.</p>\n";
  return html + "</section>\n";
}

}  // namespace

std::string fit_report_html(const Registry& registry, const Fit& fit, const CrossValidation& cv) {
  const FitProblem& problem = fit.problem;
  const bool classification = !problem.targets.classes.empty();
  const std::size_t repeats = problem.fold_of.size();
  std::string html = begin_page(fit.config.name, fit.config.description);
  html += "<section><h2>Scores</h2><div class='card'>\n" + score_table(cv, classification) +
          "</div><p class='note'>" + escape_html(problem.learner.name()) + " on " +
          std::to_string(problem.targets.rows()) + " rows and " +
          std::to_string(problem.features.features().size()) + " columns, held out in " +
          std::to_string(problem.folds) + " folds" +
          (repeats > 1 ? ", " + std::to_string(repeats) + " times" : "") +
          ". Mean ± standard deviation over the folds; the last column is what comes of " +
          (classification ? "always saying the most frequent class, with the classes' shares as "
                            "probabilities"
                          : "always saying the mean") +
          ".</p></section>\n";
  html += classification ? classes_section(cv) : numbers_section(cv);
  html += importance_section(problem, cv);
  return html + "<section><h2>Configuration, every value spelt out</h2>\n<details open><summary>" +
         escape_html(fit.config.name) + "</summary><pre>" +
         escape_html(fit.config.resolved(registry)) + "</pre></details>\n</section>\n" + end_page();
}

}  // namespace sandlot
