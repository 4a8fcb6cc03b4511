#include "sim/experiment/run_folder.h"
#include "tests/sim/cli/process.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

const char* kConfig =
    "name: small\nseeds: [1, 2]\nenvironment: {name: cliff_walking}\n"
    "agent: {name: q_learning, step_size: 0.5}\n"
    "training: {episodes: 300, evaluate: {episodes: 3, step_limit: 100}}\n";

// A trained run that all cases share.
class Trained {
 public:
  Trained() {
    write_text(folder / "small.yaml", kConfig);
    const Finished done = run(folder.path(), {"train", config(), "--out", runs(), "--quiet"});
    CAPTURE(done.err);
    REQUIRE(done.code == 0);
    output = done.out;
  }
  std::string config() const { return (folder / "small.yaml").string(); }
  std::string runs() const { return (folder / "runs").string(); }
  std::string episode() const {
    for (const auto& entry : fs::directory_iterator(folder / "runs/small/1/episodes"))
      if (entry.path().stem().string().ends_with("-median")) return entry.path().string();
    return "";
  }
  TemporaryFolder folder;
  std::string output;
};

Trained& trained() {
  static Trained once;
  return once;
}

void check_refused(std::vector<std::string> arguments, int code, const std::string& error) {
  const TemporaryFolder folder;
  const Finished done = run(folder.path(), std::move(arguments));
  CHECK(done.err == error);
  CHECK(done.code == code);
}

}  // namespace

TEST_CASE("command line: what is wrong is said, with exit code 2") {
  check_refused({"trian", "x"}, 2, "error: there is no verb 'trian'; did you mean 'train'?\n");
  check_refused({"xyzzy"}, 2, "error: there is no verb 'xyzzy'; sandlot --help lists them\n");
  check_refused({"record", "x"}, 2,
                "error: record: needs --output or --picture\nTry: sandlot record --help\n");
  check_refused({"play", "platfrmer"}, 2,
                "error: platfrmer: there is no such environment or file; did you mean "
                "'platformer'?\n");
  check_refused({"play", "taxi", "--save", "x.txt"}, 2,
                "error: x.txt: expected an episode file's name: it ends in .episode\n");
  check_refused({"play", "taxi", "--set", "agent.epsilon=1"}, 2,
                "error: --set agent.epsilon=1: agent: expected a path below environment: there is "
                "no agent here\n");
  check_refused({"record", "x", "--output", "x.avi"}, 2,
                "error: x.avi: expected a video's name: it ends in .mp4 or .gif\n");
  check_refused({"record", "x", "--picture", "/nowhere/x.png"}, 2,
                "error: /nowhere/x.png: there is no folder /nowhere\n");
  const std::string near = trained().runs();
  check_refused({"watch", near + "x"}, 2,
                "error: " + near +
                    "x: there is no such file or folder; expected a run's folder or an .episode "
                    "file; did you mean '" +
                    near + "'?\n");
  check_refused({"watch", trained().config()}, 2,
                "error: " + trained().config() + ": expected a run's folder or an .episode file\n");
  check_refused({"record", trained().episode(), "--picture", "x.png", "--set", "a=1"}, 2,
                "error: " + trained().episode() +
                    ": --set has no meaning for an episode file: it holds its own settings\n");
}

TEST_CASE("command line: a bad config is refused as a whole, by place") {
  const TemporaryFolder folder;
  const std::string file = (folder / "bad.yaml").string();
  write_text(file,
             "name: bad\nenvironment: {name: cliff_walkin}\n"
             "agent: {name: q_learning, step_sice: 0.5}\ntraining: {episodes: -1}\n");
  const Finished done = run(folder.path(), {"train", file, "--out", (folder / "runs").string()});
  CHECK(done.code == 2);
  CHECK(done.err.find("error: " + file + ":2:") == 0);
  CHECK(done.err.find("did you mean 'cliff_walking'?") != std::string::npos);
  CHECK(done.err.find("\nerror: " + file + ":3:27: agent.step_sice: ") != std::string::npos);
  CHECK(done.err.find("\nerror: " + file + ":4:") != std::string::npos);
  CHECK(!fs::exists(folder / "runs"));
  const Finished missing = run(folder.path(), {"train", (folder / "none.yaml").string()});
  CHECK(missing.code == 2);
  CHECK(missing.err.find((folder / "none.yaml").string()) != std::string::npos);
}

TEST_CASE("command line: without a display watch and play say what to do instead") {
  check_refused({"watch", trained().runs()}, 1,
                "error: there is no display for a window; sandlot record writes a video without "
                "one\n");
  check_refused({"play", "taxi"}, 1,
                "error: there is no display for a window, and playing needs one; sandlot record "
                "shows what a trained policy does without\n");
}

TEST_CASE("train: tells the result, and a run that is there is kept") {
  CHECK(trained().output.find("small, seed 2: greedy return ") != std::string::npos);
  const std::string run_1 = trained().runs() + "/small/1";
  const std::string before = text_of(run_1 + "/policy");
  const TemporaryFolder folder;
  const Finished done =
      run(folder.path(), {"train", trained().config(), "--out", trained().runs(), "--jobs", "1"});
  CHECK(done.code == 2);
  CHECK(done.err == "error: " + run_1 +
                        ": there is a run already; --resume goes on with it, --overwrite starts "
                        "anew\n");
  CHECK(text_of(run_1 + "/policy") == before);
}

TEST_CASE("record: champions of chosen generations side by side, where the run has kept any") {
  const TemporaryFolder folder;
  write_text(folder / "evolve.yaml",
             "name: evolve\nseed: 3\nenvironment: {name: cart_pole, copies: 2}\n"
             "agent: {name: genetic_algorithm, population: 10, elites: 2, hidden: [4], "
             "champions: [1, 3]}\n"
             "training: {steps: 6000, evaluate: {every: 6000, episodes: 2}}\n");
  const std::string runs = (folder / "runs").string(), video = (folder / "c.gif").string(),
                    picture = (folder / "c.png").string();
  REQUIRE(run(folder.path(), {"train", (folder / "evolve.yaml").string(), "--out", runs, "--quiet"})
              .code == 0);
  const RunFolder evolved(folder / "runs/evolve/3");
  REQUIRE(evolved.list_champions().size() == 2);
  CHECK(evolved.list_champions()[1].filename() == "000000000003.policy");
  const Finished done = run(folder.path(), {"record", runs, "--champions", "--output", video,
                                            "--picture", picture, "--scale", "0.3"});
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("generation 1, episode 1: return ") != std::string::npos);
  CHECK(done.out.find("generation 3, episode 1: return ") != std::string::npos);
  CHECK(text_of(video).substr(0, 6) == "GIF89a");
  CHECK(text_of(picture).substr(1, 3) == "PNG");
  const std::string none = trained().runs() + "/small/1";
  check_refused({"record", trained().runs(), "--champions", "--output", video}, 2,
                "error: " + none +
                    ": the run has kept no champions: train it with agent.champions, such as [1, "
                    "10, 100]\n");
}

TEST_CASE("record: a video and a picture, the same each time") {
  const TemporaryFolder folder;
  const std::string video = (folder / "a.mp4").string(), picture = (folder / "a.png").string();
  std::vector<std::string> arguments{"record",    trained().runs(), "--output",   video,
                                     "--picture", picture,          "--episodes", "2"};
  const Finished done = run(folder.path(), arguments);
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("episode 2: return ") != std::string::npos);
  CHECK(done.out.find("video " + video + "\n") != std::string::npos);
  CHECK(text_of(video).substr(4, 4) == "ftyp");
  const std::string first = text_of(picture);
  CHECK(first.substr(1, 3) == "PNG");
  CHECK(run(folder.path(), {"record", trained().runs(), "--picture", picture}).code == 0);
  CHECK(text_of(picture) == first);
  // Panels stand beside the picture; a table has neither gradient nor network, and they say so.
  CHECK(run(folder.path(),
            {"record", trained().runs(), "--picture", picture, "--show", "values,saliency,network"})
            .code == 0);
  const auto width = [](const std::string& png) {
    return (static_cast<unsigned char>(png[18]) << 8) + static_cast<unsigned char>(png[19]);
  };
  CHECK(width(text_of(picture)) > width(first) + 100);
  check_refused({"record", trained().runs(), "--picture", picture, "--show", "salency"}, 2,
                "error: --show: expected values, saliency or network, not 'salency'; did you mean "
                "'saliency'?\n");
  // A run that fails half way leaves nothing behind.
  fs::remove(video);
  write_text(folder / "torn.episode", text_of(trained().episode()).substr(0, 100));
  CHECK(
      run(folder.path(), {"record", (folder / "torn.episode").string(), "--output", video}).code ==
      2);
  CHECK(!fs::exists(video));
}

TEST_CASE("replay: verifies, lists events and draws") {
  const TemporaryFolder folder;
  const std::string picture = (folder / "a.png").string();
  const Finished done =
      run(folder.path(), {"replay", trained().episode(), "--events", "--picture", picture});
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(done.out.find("small, seed 1, median of 3 after ") == 0);
  CHECK(done.out.find(", replayed exactly\n    step  event\n") != std::string::npos);
  CHECK(fs::file_size(picture) > 1000);
  check_refused({"replay", trained().runs()}, 2,
                "error: " + trained().runs() +
                    ": expected an .episode file, not a folder: see "
                    "watch\n");
}

TEST_CASE("evaluate --save, imitation and export: from one policy to the next, and out") {
  const TemporaryFolder folder;
  const std::string shown = (folder / "shown").string(), arrays = (folder / "a.npz").string();
  const Finished saved = run(folder.path(), {"evaluate", trained().runs() + "/small/1",
                                             "--episodes", "3", "--save", shown});
  CAPTURE(saved.err);
  REQUIRE(saved.code == 0);
  CHECK(fs::exists(folder / "shown/small-1-000000000002.episode"));
  CHECK(saved.out.find("goal\n") != std::string::npos);
  const Finished rows =
      run(folder.path(), {"evaluate", trained().runs() + "/small/1", "--episodes", "2", "--csv",
                          "--set", "unseen.wrappers.sticky_actions=0.5"});
  CAPTURE(rows.out);
  CHECK(rows.out.starts_with("run,world,episode,seed,return,length,status,goal\n"));
  CHECK(rows.out.find("/small/1,environment,1,") != std::string::npos);
  CHECK(rows.out.find("/small/1,unseen,1,") != std::string::npos);
  CHECK(run(folder.path(), {"replay", shown + "/small-1-000000000000.episode"}).code == 0);
  const std::string config = (folder / "copy.yaml").string();
  write_text(config,
             "name: copy\nenvironment: {name: cliff_walking}\n"
             "agent: {name: imitation, episodes: [\"" +
                 shown +
                 "\"], classifier: {learner: mlp, hidden: [], epochs: 200}}\n"
                 "training: {steps: 50, evaluate: {episodes: 3, step_limit: 100}}\n");
  const std::string runs = (folder / "runs").string();
  const Finished learnt = run(folder.path(), {"train", config, "--out", runs, "--quiet"});
  CAPTURE(learnt.err);
  REQUIRE(learnt.code == 0);
  const Finished written = run(folder.path(), {"export", runs, "--output", arrays});
  CAPTURE(written.err);
  REQUIRE(written.code == 0);
  CHECK(written.out == "written " + arrays + ": 4 arrays of " + runs + "/copy/1 after 50 steps\n");
  CHECK(text_of(arrays).substr(0, 4) == "PK\x03\x04");
  check_refused({"export", trained().runs(), "--output", arrays}, 2,
                "error: " + trained().runs() +
                    "/small/1: what q_learning has learnt is no network: there is nothing to "
                    "export\n");
  check_refused({"export", runs, "--output", "a.txt"}, 2,
                "error: a.txt: expected the name of a file of arrays: it ends in .npz\n");
  check_refused({"export", runs, "--output", "/nowhere/a.npz"}, 2,
                "error: /nowhere/a.npz: there is no folder /nowhere\n");
}

TEST_CASE("command line: compare trains what is missing and puts runs into one table") {
  const TemporaryFolder folder;
  std::string other = kConfig;
  other.replace(other.find("name: small"), 11, "name: other");
  other.replace(other.find("q_learning"), 10, "sarsa");
  write_text(folder / "other.yaml", other);
  const std::string table = (folder / "table.md").string();
  const auto compare = [&] {
    return run(folder.path(),
               {"compare", trained().runs(), (folder / "other.yaml").string(), "--out",
                (folder / "runs").string(), "--episodes", "5", "--quiet", "--markdown", table});
  };
  const Finished done = compare();
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(fs::exists(folder / "runs/other/2/policy"));
  const std::string text = text_of(table);
  CHECK(text.starts_with("| world | config | agent | learner | seeds | return | ± sd |"));
  CHECK(text.find("| cliff_walking | small | q_learning |") != std::string::npos);
  CHECK(text.find("| cliff_walking | other | sarsa |") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);

  const Finished again = compare();
  CHECK(again.code == 0);
  CHECK(again.out.find("other, seed 2: finished before") != std::string::npos);
}
