#include "sim/core/random.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

const std::string kIris = SANDLOT_SOURCE_DIR "/configs/fit/iris_forest.yaml";
const std::vector<std::string> kFiles{"config.yaml", "model", "predictions.csv", "report.html",
                                      "scores.csv"};

std::vector<std::string> arguments(const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> all{"fit", kIris, "--out", out.string(), "--set", "learner.trees=20"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::string everything(const fs::path& folder) {
  std::string all;
  for (const auto& name : kFiles) all += text_of(folder / name);
  return all;
}

std::string with_error(const fs::path& folder, const std::vector<std::string>& what, int code) {
  const Finished done = run(folder, what);
  CHECK(done.code == code);
  return done.err;
}

}  // namespace

TEST_CASE("fit: irises, from the file to scores, a report and predictions") {
  const TemporaryFolder folder;
  const fs::path out = folder / "out";
  const Finished done = run(folder.path(), arguments(out));
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CAPTURE(done.out);
  CHECK(done.out.find("random_forest from 150 rows, 4 columns; 3 classes: setosa, versicolor, "
                      "virginica\n") != std::string::npos);
  CHECK(done.out.find("accuracy") != std::string::npos);
  CHECK(done.out.find("setosa              50           0           0\n") != std::string::npos);
  const std::string scores = text_of(out / "scores.csv");
  CHECK(
      scores.starts_with("repeat,fold,rows,accuracy,balanced_accuracy,macro_f1,log_loss,brier,"
                         "calibration_error,roc_auc,baseline_accuracy,"));
  const std::string predictions = text_of(out / "predictions.csv");
  CHECK(predictions.starts_with(
      "row,repeat,fold,truth,prediction,p_setosa,p_versicolor,p_virginica\n1,1,"));
  CHECK(std::count(predictions.begin(), predictions.end(), '\n') == 151);
  const std::string page = text_of(out / "report.html");
  for (const char* part : {"<title>iris-forest", "Calibration", "Permutation importances",
                           "Impurity importances", "petal_length", "class='matrix'"})
    CHECK_MESSAGE(page.find(part) != std::string::npos, part);
  CHECK(page.find("http") == std::string::npos);

  // Another number of threads gives the same bytes; results are not replaced unasked.
  REQUIRE(run(folder.path(), arguments(folder / "two", {"--jobs", "3"})).code == 0);
  const bool same = everything(out) == everything(folder / "two");
  CHECK(same);
  CHECK(with_error(folder.path(), arguments(out), 2) ==
        "error: " + out.string() + ": there are results already; --overwrite replaces them\n");
  CHECK(run(folder.path(), arguments(out, {"--overwrite", "--set", "seed=2"})).code == 0);
  CHECK(text_of(out / "config.yaml").find("seed: 2\n") != std::string::npos);

  // New rows: columns in another order, another one beside them, no species.
  write_text(folder / "new.csv",
             "petal_width;petal_length;note;sepal_width;sepal_length\n"
             "0.2;1.4;a;3.5;5.1\n2.3;6.1;b;3;7.7\n");
  const std::string model = (out / "model").string(), rows = (folder / "new.csv").string();
  const Finished predicted = run(folder.path(), {"fit", "--model", model, "--predict", rows});
  CAPTURE(predicted.err);
  CHECK(predicted.code == 0);
  CHECK(predicted.out.starts_with(
      "row,prediction,p_setosa,p_versicolor,p_virginica\n1,setosa,1,0,0\n2,virginica,"));
  const std::string file = (folder / "p.csv").string();
  const Finished written =
      run(folder.path(), {"fit", "--model", model, "--predict", rows, "--output", file});
  CHECK(written.out == "written " + file + ": 2 rows by random_forest\n");
  CHECK(text_of(file) == predicted.out);
  write_text(folder / "new.csv", "petal_width,petal_lenght,sepal_width,sepal_length\n,1,2,x\n");
  CHECK(with_error(folder.path(), {"fit", "--model", model, "--predict", rows}, 2) ==
        "error: " + rows + ":2:6: expected a number, not 'x' (column 'sepal_length')\nerror: " +
            rows + ": there is no column 'petal_length'; there is 'petal_lenght'\n");
}

TEST_CASE("fit: numbers, and what is wrong, with exit code 2") {
  const TemporaryFolder folder;
  const std::string config = (folder / "f.yaml").string(), data = (folder / "t.csv").string();
  write_text(config, "name: t\ntarget: y\nlearner: {learner: gradient_boosting, rounds: 10}\n");
  std::string csv = "x,y\n";
  for (int i = 0; i < 100; ++i) csv += std::to_string(i) + "," + std::to_string(i * 0.5) + "\n";
  write_text(data, csv);
  const std::string out = (folder / "o").string();
  const Finished done = run(folder.path(), {"fit", config, "--data", data, "--out", out});
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("R²") != std::string::npos);
  const std::string page = text_of(out + "/report.html");
  CHECK(page.find("What is left over") != std::string::npos);
  CHECK(page.find("Calibration") == std::string::npos);

  CHECK(with_error(folder.path(), {"fit"}, 2) ==
        "error: fit: needs a config, or --model and --predict\nTry: sandlot fit --help\n");
  CHECK(with_error(folder.path(), {"fit", config}, 2) ==
        "error: " + config + ":1:1: data: is needed: the CSV file, here or as --data FILE\n");
  write_text(data, csv + "12,3,4\n");
  CHECK(with_error(folder.path(), {"fit", config, "--data", data}, 2) ==
        "error: " + data + ":102:1: expected 2 fields as in the first line, not 3\n");
  write_text(data, csv + "12,x\n");
  CHECK(with_error(folder.path(), {"fit", config, "--data", data, "--set", "learner.runds=3"}, 2) ==
        "error: --set learner.runds=3: learner.runds: there is no such setting; did you mean "
        "'rounds'?\n");
  CHECK(with_error(folder.path(), {"fit", config, "--data", data}, 2) ==
        "error: " + data + ":102:4: expected a number as the target, not 'x' (column 'y')\n");
  write_text(folder / "model", text_of(out + "/model").substr(0, 300));
  CHECK(with_error(folder.path(),
                   {"fit", "--model", (folder / "model").string(), "--predict", data}, 2)
            .starts_with("error: " + (folder / "model").string() + ": "));
}

TEST_CASE("describe fit: the settings of its config file") {
  const TemporaryFolder folder;
  const Finished done = run(folder.path(), {"describe", "fit"});
  CHECK(done.code == 0);
  for (const char* name : {"target", "standardize", "fold_column", "random_forest"})
    CHECK_MESSAGE(done.out.find(name) != std::string::npos, name);
}

TEST_CASE("fit: killed at any moment it leaves whole files or none, and can be run again") {
  const TemporaryFolder folder;
  const fs::path out = folder / "out", whole = folder / "whole";
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  REQUIRE(run(folder.path(), arguments(whole)).code == 0);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  Random random(derive(5, "moments"));
  int kills = 0;
  for (int starts = 0; kills < 8 && starts < 40; ++starts) {
    Process process(folder.path(), arguments(out, {"--overwrite"}));
    std::this_thread::sleep_for(std::chrono::duration<double>(random.uniform(0.3, 1.1) * seconds));
    process.send(SIGKILL);
    if (process.wait() == -SIGKILL) ++kills;
    for (const auto& name : kFiles)
      if (fs::exists(out / name)) {
        const bool same = text_of(out / name) == text_of(whole / name);
        CHECK_MESSAGE(same, name);
      }
  }
  CHECK(kills >= 5);
  REQUIRE(run(folder.path(), arguments(out, {"--overwrite"})).code == 0);
  const bool same = everything(out) == everything(whole);
  CHECK(same);
}
