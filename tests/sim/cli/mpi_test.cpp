// Runs over several processes: the bytes of one process, and what happens when one of them dies.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "sim/experiment/run_folder.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

std::string config(const std::string& agent, int steps) {
  const std::string n = std::to_string(steps);
  return "name: run\nseed: 5\nenvironment: {name: cart_pole, copies: 3}\nagent: " + agent +
         "\ntraining: {steps: " + n + ", evaluate: {every: " + std::to_string(steps / 4) +
         ", episodes: 3}, checkpoint: {every: " + std::to_string(steps / 20) + "}}\n";
}

std::string result(const fs::path& folder) {
  const RunFolder run(folder);
  const auto checkpoints = run.list_checkpoints();
  REQUIRE(!checkpoints.empty());
  return text_of(run.metrics()) + text_of(run.policy()) + checkpoints.back().filename().string() +
         text_of(checkpoints.back()) + text_of(run.figures());
}

// mpirun starts the program on this machine; more ranks than cores are allowed.
class Mpirun {
 public:
  Mpirun(const fs::path& folder, int ranks, std::vector<std::string> arguments)
      : out_(folder / "mpi_out.txt"), err_(folder / "mpi_err.txt") {
    std::vector<std::string> all{
        SANDLOT_MPIRUN, "--oversubscribe",     "--allow-run-as-root", "--bind-to", "none",
        "-n",           std::to_string(ranks), SANDLOT_BINARY};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const std::string out = out_.string(), err = err_.string();
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ > 0) return;
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 1);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), 2);
    execv(SANDLOT_MPIRUN, argv.data());
    _exit(127);
  }
  ~Mpirun() {
    if (child_ <= 0) return;
    ::kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
  }
  Mpirun(const Mpirun&) = delete;
  Mpirun& operator=(const Mpirun&) = delete;

  int wait() {
    int status = 0;
    REQUIRE(waitpid(child_, &status, 0) == child_);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  // The processes that it has started, in the order of their numbers: their ranks.
  std::vector<pid_t> ranks() const {
    std::vector<pid_t> all;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(child_) + "/task")) {
      std::ifstream in(task.path() / "children");
      for (pid_t pid; in >> pid;) all.push_back(pid);
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  std::string out() const { return text_of(out_); }
  std::string err() const { return text_of(err_); }

 private:
  fs::path out_, err_;
  pid_t child_ = 0;
};

std::vector<std::string> train(const fs::path& file, const fs::path& out) {
  return {"train", file.string(), "--out", out.string(), "--quiet"};
}

}  // namespace

TEST_CASE("mpi: two and three ranks give the bytes of one process") {
  for (const char* agent :
       {"{name: genetic_algorithm, population: 10, elites: 2, hidden: [4]}",
        "{name: neat, population: 20}",
        "{name: map_elites, population: 10, first: 30, behaviour: {axes: [length, angle], "
        "low: [0, -0.1], high: [500, 0.1]}}"}) {
    CAPTURE(agent);
    const TemporaryFolder folder;
    const fs::path file = folder / "run.yaml";
    write_text(file, config(agent, 20000));
    const Finished one = run(folder.path(), train(file, folder / "one"));
    CAPTURE(one.err);
    REQUIRE(one.code == 0);
    const std::string expected = result(folder / "one/run/5");
    for (const int ranks : {2, 3}) {
      const fs::path out = folder / ("ranks" + std::to_string(ranks));
      Mpirun many(folder.path(), ranks, train(file, out));
      const int code = many.wait();
      const std::string err = many.err();
      CAPTURE(err);
      REQUIRE(code == 0);
      const bool same = result(out / "run/5") == expected;
      CHECK(same);
    }
  }
}

TEST_CASE("mpi: a rank that dies ends the run, which goes on from its checkpoint to the same end") {
  const TemporaryFolder folder;
  const fs::path file = folder / "run.yaml";
  write_text(file, config("{name: neat, population: 100}", 3000000));
  REQUIRE(run(folder.path(), train(file, folder / "whole")).code == 0);
  {
    Mpirun two(folder.path(), 2, train(file, folder / "dying"));
    const RunFolder broken(folder / "dying/run/5");
    REQUIRE(wait_until(60, [&] {
      return fs::exists(broken.checkpoints()) && !broken.list_checkpoints().empty();
    }));
    const auto ranks = two.ranks();
    REQUIRE(ranks.size() == 2);
    ::kill(ranks[1], SIGKILL);
    CHECK(two.wait() != 0);
    // mpirun names the rank and the signal.
    const std::string err = two.err() + two.out();
    CAPTURE(err);
    CHECK(err.find("signal 9") != std::string::npos);
  }
  std::vector<std::string> again = train(file, folder / "dying");
  again.push_back("--resume");
  const Finished last = run(folder.path(), again);
  CAPTURE(last.err);
  REQUIRE(last.code == 0);
  const bool same = result(folder / "dying/run/5") == result(folder / "whole/run/5");
  CHECK(same);
}

TEST_CASE("mpi: an agent that trains in one process is refused, once") {
  const TemporaryFolder folder;
  const fs::path file = folder / "run.yaml";
  write_text(file,
             "name: run\nenvironment: {name: taxi}\nagent: {name: q_learning}\n"
             "training: {steps: 100}\n");
  Mpirun two(folder.path(), 2, train(file, folder / "out"));
  CHECK(two.wait() == 2);
  const std::string err = two.err();
  const std::string what = "q_learning trains in one process: run it without mpirun";
  const auto at = err.find(what);
  CAPTURE(err);
  REQUIRE(at != std::string::npos);
  CHECK(err.find(what, at + 1) == std::string::npos);
}
