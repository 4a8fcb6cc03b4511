// The folder of a run, and its checkpoints.
#include <algorithm>
#include <charconv>
#include <sstream>

#include "sim/config/writer.h"
#include "sim/core/archive.h"
#include "sim/experiment/figures.h"
#include "sim/experiment/training.h"
#include "sim/experiment/training_parts.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kKind = "sandlot checkpoint";
constexpr std::uint32_t kVersion = 2;
// What must be the same for a run to be resumed: everything but name, seeds and training.
std::string identity(const Registry& registry, ExperimentConfig config) {
  SettingsWriter writer(registry);
  config.environment.threads = 1;
  config.unseen.environment.threads = 1;
  writer.section("environment", config.environment, "");
  writer.section("unseen", config.unseen, "");
  if (config.encoder.given) writer.section("encoder", config.encoder, "");
  if (config.novelty.given) writer.section("novelty", config.novelty, "");
  writer.section("agent", config.agent, "");
  return writer.yaml();
}

// The count that a file's name begins with; −1 for a file that is none of ours.
std::int64_t steps_in_name(const fs::path& path) {
  const std::string name = path.filename().string();
  std::int64_t steps = -1;
  std::from_chars(name.data(), name.data() + name.size(), steps);
  return steps;
}

// Files that a killed process was writing.
void remove_partial(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".partial") fs::remove(entry.path());
}

std::string first_difference(const std::string& a, const std::string& b) {
  const auto [at, bt] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const auto line = [](const std::string& text, std::string::const_iterator at_char) {
    auto begin = at_char;
    while (begin != text.begin() && *(begin - 1) != '\n') --begin;
    while (begin != text.end() && *begin == ' ') ++begin;
    return std::string(begin, std::find(begin, text.end(), '\n'));
  };
  return "'" + line(a, at) + "' then, '" + line(b, bt) + "' now";
}

}  // namespace

std::int64_t save_policy_of_checkpoint(const ExperimentConfig& config, std::int64_t seed,
                                       const fs::path& checkpoint, const fs::path& policy) {
  const Seed root = root_of(seed);
  const auto perception = config.make_perception(derive(root, "perception"));
  const auto world =
      make_world(config, root, *perception, config.environment.threads, make_past_selves(config));
  const auto agent =
      config.agent.agent->make(config.spec(), config.environment.copies, derive(root, "agent"));
  const ArchiveFile archive(checkpoint, kKind, kVersion);
  Reader in = archive.reader();
  const auto steps = in.read<std::int64_t>();
  in.read<std::int64_t>();  // episodes
  in.read<bool>();
  // Means since the last row: of returns, of lengths and of what the agent reports.
  for (std::size_t i = 0; i < 2 + agent->metrics().size(); ++i) {
    in.read<double>();
    in.read<std::int64_t>();
  }
  in.read<std::uint64_t>();  // the length of metrics.csv
  world->load(in);
  agent->load(in);
  if (in.remaining() != 0) in.fail("there is more in it than this run holds");
  save_policy(policy, agent->policy(), steps, *perception);
  return steps;
}

void TrainingRun::prepare_folder() {
  const auto refuse = [&](const std::string& what) {
    throw ConfigError({{{folder_.path().string(), 0, 0}, "", what}});
  };
  if (folder_.exists() && !options_.resume && !options_.overwrite)
    refuse("there is a run already; --resume goes on with it, --overwrite starts anew");
  fs::create_directories(folder_.path());
  lock_ = std::make_unique<RunLock>(folder_);
  if (options_.resume && folder_.exists()) {
    const ExperimentConfig before = load_run_config(registry_, folder_);
    const std::string then = identity(registry_, before), today = identity(registry_, config_);
    if (then != today)
      refuse("the run was made with other settings: " + first_difference(then, today) +
             "; only the training section may change");
    if (before.training.in_episodes() != in_episodes_)
      refuse("the run's budget counts in " +
             std::string(before.training.in_episodes() ? "episodes" : "steps"));
  } else {
    for (const auto& folder : {folder_.checkpoints(), folder_.episodes(), folder_.champions()})
      fs::remove_all(folder);
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      if (entry.path() != folder_.lock()) fs::remove(entry.path());
  }
  fs::create_directories(folder_.checkpoints());
  fs::create_directories(folder_.episodes());
  for (const auto& path :
       {folder_.path(), folder_.checkpoints(), folder_.episodes(), folder_.champions()})
    if (fs::exists(path)) remove_partial(path);
  ExperimentConfig own = config_;
  own.seeds = {seed_};
  write_file_atomically(folder_.config(), own.resolved(registry_));
}

void TrainingRun::open_files(std::uint64_t metrics_length, const std::string& events_name,
                             std::uint64_t events_length) {
  metrics_ = std::make_unique<MetricsFile>(folder_.metrics(), outcome_.columns, metrics_length);
  // Event files that the checkpoint does not know of would show their points twice.
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("events.out.tfevents.") && name != events_name) fs::remove(entry.path());
  }
  events_ = std::make_unique<EventFile>(folder_.path(), events_name, events_length);
}

void TrainingRun::checkpoint() {
  metrics_->sync();
  events_->flush();
  Writer out;
  out.write(steps_);
  out.write(episodes_);
  out.write(finished_);
  for (const Mean* mean : {&return_, &length_}) {
    out.write(mean->sum);
    out.write(mean->count);
  }
  for (const Mean& mean : reported_) {
    out.write(mean.sum);
    out.write(mean.count);
  }
  out.write(metrics_->length());
  environment_->save(out);
  agent_->save(out);
  // The event file's name and length, and the seconds so far, hold wall time; kept apart so that
  // checkpoints compare equal. Written first: a checkpoint that is there has its own beside it.
  write_file_atomically(folder_.checkpoints() / (padded(steps_) + ".events"),
                        events_->name() + "\n" + std::to_string(events_->length()) + "\n" +
                            std::to_string(seconds_before_ + seconds_now() - started_) + "\n");
  save_archive(folder_.checkpoints() / (padded(steps_) + ".ckpt"), kKind, kVersion, out);
  save_figures(folder_.figures(), agent_->figures());
  follow_checkpoint();
}

// What comes after a checkpoint is written, and once more after one is loaded, since the process
// may have been killed in between: the policy, and no more checkpoints than are kept.
void TrainingRun::follow_checkpoint() {
  save_policy(folder_.policy(), agent_->policy(), steps_, *perception_);
  auto kept = folder_.list_checkpoints();
  for (std::size_t i = 0;
       i + static_cast<std::size_t>(config_.training.checkpoint.keep) < kept.size(); ++i)
    fs::remove(kept[i]);
  for (const auto& entry : fs::directory_iterator(folder_.checkpoints())) {
    fs::path checkpoint = entry.path();
    if (checkpoint.extension() == ".events" && !fs::exists(checkpoint.replace_extension(".ckpt")))
      fs::remove(entry.path());
  }
}

// Loads the newest checkpoint that is whole; false where there is none yet.
bool TrainingRun::restore() {
  auto checkpoints = folder_.list_checkpoints();
  std::string damage;
  for (; !checkpoints.empty(); checkpoints.pop_back()) {
    try {
      load_checkpoint(checkpoints.back());
      follow_checkpoint();
      say(label_ + ": goes on at " + std::to_string(steps_) + " steps");
      return true;
    } catch (const ArchiveError& e) {
      damage = e.what();
      say(damage + "; trying the checkpoint before");
    }
  }
  if (!damage.empty())
    throw std::runtime_error(folder_.path().string() +
                             ": no checkpoint is whole; --overwrite starts anew");
  say(label_ + ": no checkpoint yet, starts at the beginning");
  return false;
}

void TrainingRun::load_checkpoint(const fs::path& path) {
  const ArchiveFile archive(path, kKind, kVersion);
  Reader in = archive.reader();
  in.read(steps_);
  in.read(episodes_);
  in.read(finished_);
  for (Mean* mean : {&return_, &length_}) {
    in.read(mean->sum);
    in.read(mean->count);
  }
  for (Mean& mean : reported_) {
    in.read(mean.sum);
    in.read(mean.count);
  }
  const auto metrics_length = in.read<std::uint64_t>();
  environment_->load(in);
  agent_->load(in);
  if (in.remaining() != 0) in.fail("there is more in it than this run holds");
  std::string events_name;
  std::uint64_t events_length = 0;
  try {
    fs::path sidecar = path;
    const auto bytes = read_file(sidecar.replace_extension(".events"));
    std::istringstream text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!std::getline(text, events_name) || !(text >> events_length))
      throw std::runtime_error("half a file");
    text >> seconds_before_;
  } catch (const std::exception&) {
    events_name.clear();  // without it the event file starts anew; metrics.csv has every figure
    events_length = 0;
  }
  open_files(metrics_length, events_name, events_length);
  // Files of the future that the checkpoint does not know of are made again.
  for (const auto& episode : folder_.list_episodes())
    if (steps_in_name(episode) > steps_) fs::remove(episode);
  for (const auto& newer : folder_.list_checkpoints())
    if (steps_in_name(newer) > steps_) fs::remove(newer);
  schedule_next();
}

}  // namespace sandlot
