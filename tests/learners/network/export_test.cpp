// Exported networks: what numpy makes of them is what they are.
#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>

#include "learners/network/eigen_network.h"
#include "learners/network/export.h"
#include "learners/network/network_learners.h"
#include "sim/experiment/npz.h"
#include "tests/learners/network/networks.h"
#include "tests/learners/network/python.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("sandlot-export-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

void add_floats(NpzFile& file, const std::string& name, std::size_t rows,
                std::span<const float> values) {
  const int shape[] = {static_cast<int>(rows), static_cast<int>(values.size() / rows)};
  file.add(name, shape, values);
}

}  // namespace

TEST_CASE("export: numpy alone computes the same outputs") {
  const std::string interpreter = python_with_numpy();
  if (interpreter.empty()) {
    MESSAGE(kNoNumpy);
    return;
  }
  const Folder folder;
  for (const auto& [name, whole] : example_architectures()) {
    const auto network = make_eigen_network(whole, {}, 1);
    // Gains, biases and the noise's sizes at random too, so that each one matters.
    network->set_weights(random_values(network->parameter_count(), 4, 0.4));
    const ExampleInput example(whole);
    std::vector<float> outputs(12 * whole.outputs()), state(3 * whole.state_size());
    network->predict(example.input, outputs.data(), state.empty() ? nullptr : state.data());
    NpzFile file;
    export_network(*network, file);
    add_floats(file, "example.values", 12, example.values);
    add_floats(file, "example.outputs", 12, outputs);
    if (whole.recurrent()) {
      add_floats(file, "example.state", 3, example.state);
      add_floats(file, "example.new_state", 3, state);
      const std::vector<float> starts(example.starts.begin(), example.starts.end());
      const int shape[] = {12};
      file.add("example.starts", shape, starts);
      const float steps[] = {4};
      file.add("example.steps", {}, steps);
    }
    const fs::path path = folder / (std::string(name) + ".npz");
    file.save(path);
    CAPTURE(path.string());
    CHECK(std::system(comparison(interpreter, path).c_str()) == 0);
  }
  // A classifier's network standardises its inputs; one of states takes their numbers.
  for (const bool states : {false, true}) {
    const Space space = states ? Space::discrete(7) : Space::box({3}, -100, 100);
    TorsoClassifier<Mlp>::Settings settings;
    settings.learner.epochs = 2;
    TorsoClassifier<Mlp> model(settings, space, 3, 1);
    Matrix x(30, static_cast<Eigen::Index>(space.size()));
    Random random(1);
    std::vector<std::int32_t> labels;
    for (Eigen::Index i = 0; i < x.size(); ++i)
      x.data()[i] = static_cast<float>(states ? random.below(7) : 5 + 40 * random.normal());
    for (int i = 0; i < 30; ++i) labels.push_back(static_cast<std::int32_t>(random.below(3)));
    model.fit(x, labels);
    NpzFile file;
    REQUIRE(model.export_arrays(file));
    // Outputs are logits: what they are up to a shift follows from the probabilities, so that the
    // network itself is asked.
    std::vector<float> inputs, outputs(30 * 3);
    if (states) {
      encode_rows(space, 30, x.data(), inputs);
    } else {
      Standardizer scale(3);
      std::vector<Eigen::Index> rows(30);
      for (std::size_t i = 0; i < 30; ++i) rows[i] = static_cast<Eigen::Index>(i);
      scale.fit(x, std::vector<float>(30, 1), rows);
      Matrix scaled = x;
      scale.apply(scaled);
      inputs.assign(scaled.data(), scaled.data() + scaled.size());
    }
    const auto network = make_eigen_network(model.network().architecture(), {}, 1);
    std::vector<float> weights(network->parameter_count());
    model.network().get_weights(weights);
    network->set_weights(weights);
    NetworkInput input;
    input.rows = 30;
    input.values = inputs.data();
    network->predict(input, outputs.data());
    add_floats(file, "example.values", 30, {x.data(), static_cast<std::size_t>(x.size())});
    add_floats(file, "example.outputs", 30, outputs);
    const fs::path path = folder / (states ? "states.npz" : "classifier.npz");
    file.save(path);
    CAPTURE(path.string());
    CHECK(std::system(comparison(interpreter, path).c_str()) == 0);
  }
  // It notices a difference.
  const std::string other =
      interpreter + " -c \"import sys, numpy; a = dict(numpy.load(sys.argv[1])); "
                    "a['example.outputs'][3, 1] += 0.001; numpy.savez(sys.argv[1], **a)\" '" +
      (folder / "lstm.npz").string() + "'";
  REQUIRE(runs_quietly(other));
  CHECK_FALSE(runs_quietly(comparison(interpreter, folder / "lstm.npz")));
}

TEST_CASE("export: archives are whole ZIP files, the same each time") {
  const Folder folder;
  NpzFile file;
  const float values[] = {1, 2, 3, 4, 5, 6};
  const int shape[] = {2, 3};
  file.add("a.weight", shape, values);
  file.add_text("text", "4 → 2");
  file.add_text("nothing", "");
  CHECK_THROWS_AS(file.add("a.weight", shape, values), std::logic_error);
  const int other[] = {2, 2};
  CHECK_THROWS_AS(file.add("b", other, values), std::logic_error);
  file.save(folder / "first.npz");
  file.save(folder / "second.npz");
  CHECK(read_file(folder / "first.npz") == read_file(folder / "second.npz"));
  const std::string interpreter = python_with_numpy();
  if (interpreter.empty()) return;
  CHECK(runs_quietly(interpreter + " -c \"import sys, zipfile, numpy; path = sys.argv[1]; "
                           "assert zipfile.ZipFile(path).testzip() is None; a = numpy.load(path); "
                           "assert a['a.weight'].tolist() == [[1, 2, 3], [4, 5, 6]]; "
                           "assert a['a.weight'].dtype == 'f4'; "
                           "assert str(a['text']) == '4 \\u2192 2' and str(a['nothing']) == ''\" '" +
             (folder / "first.npz").string() + "'"));
}
