#include "sim/experiment/episode_file.h"

#include "sim/config/reader.h"
#include "sim/config/writer.h"
#include "sim/core/archive.h"

namespace sandlot {
namespace {

constexpr std::string_view kKind = "sandlot episode";
constexpr std::uint32_t kVersion = 1;

void write_varint(Writer& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.write(static_cast<std::uint8_t>(value | 0x80));
  out.write(static_cast<std::uint8_t>(value));
}

std::uint64_t read_varint(Reader& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = in.read<std::uint8_t>();
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return value;
  }
  in.fail("a number is too long");
}

// Actions repeat: (action, count) pairs.
void write_runs(Writer& out, const std::vector<std::int32_t>& actions) {
  for (std::size_t i = 0; i < actions.size();) {
    std::size_t end = i;
    while (end < actions.size() && actions[end] == actions[i]) ++end;
    write_varint(out, static_cast<std::uint32_t>(actions[i]));
    write_varint(out, end - i);
    i = end;
  }
}

void read_runs(Reader& in, std::uint64_t length, std::vector<std::int32_t>& actions) {
  while (actions.size() < length) {
    const auto action = static_cast<std::int32_t>(read_varint(in));
    const std::uint64_t count = read_varint(in);
    if (count == 0 || count > length - actions.size())
      in.fail("a run of actions has a wrong length");
    actions.insert(actions.end(), count, action);
  }
}

}  // namespace

void save_episode(const std::filesystem::path& path, const EpisodeFile& file) {
  Writer out;
  out.write(file.label);
  out.write(file.environment);
  const PlayedEpisode& e = file.episode;
  out.write(e.seed);
  out.write(e.episode_return);
  out.write(e.status);
  write_varint(out, static_cast<std::uint64_t>(e.length));
  out.write(static_cast<std::uint8_t>(e.values.empty() ? 0 : 1));
  if (e.values.empty())
    write_runs(out, e.actions);
  else
    out.write(e.values);
  save_archive(path, kKind, kVersion, out);
}

EpisodeFile load_episode(const std::filesystem::path& path) {
  const ArchiveFile archive(path, kKind, kVersion);
  Reader in = archive.reader();
  EpisodeFile file;
  in.read(file.label);
  in.read(file.environment);
  PlayedEpisode& e = file.episode;
  in.read(e.seed);
  in.read(e.episode_return);
  in.read(e.status);
  if (e.status > Status::truncated) in.fail("the status is none");
  const std::uint64_t length = read_varint(in);
  // Runs expand: a few bytes must not ask for all memory.
  if (length == 0 || length > 10'000'000) in.fail("the length is absurd");
  e.length = static_cast<std::int64_t>(length);
  const auto boxes = in.read<std::uint8_t>();
  if (boxes > 1) in.fail("the kind of actions is none");
  if (boxes == 1)
    in.read(e.values);
  else
    read_runs(in, length, e.actions);
  return file;
}

std::string environment_yaml(const Registry& registry, const EnvironmentSection& section) {
  SettingsWriter writer(registry);
  EnvironmentSection copy = section;
  // An episode is of one world, however many were stepped beside it: files are the same with any
  // number of threads.
  copy.copies = copy.threads = 1;
  copy.fields(writer);
  return writer.yaml();
}

EnvironmentSection read_environment(const Registry& registry, const Tree& tree) {
  std::vector<Problem> problems;
  EnvironmentSection section;
  SettingsReader reader(registry, tree, "environment", problems);
  section.fields(reader);
  reader.finish();
  TreeIssues issues(tree, "environment", problems);
  if (section.world.get()) section.world->check(issues);
  const Tree::Entry* wrapping = tree.find("wrappers");
  TreeIssues wrapper_issues(wrapping ? wrapping->value : tree, "environment.wrappers", problems);
  section.wrappers.check(wrapper_issues);
  if (problems.empty()) section.wrappers.check(section.world->spec({}), wrapper_issues);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return section;
}

EnvironmentSection parse_environment(const Registry& registry, const std::string& yaml,
                                     const std::string& source) {
  return read_environment(registry, parse_yaml(yaml, source));
}

Replay::Replay(const Registry& registry, const EpisodeFile& file, const std::string& source)
    : file_(file), source_(source) {
  const EnvironmentSection section = parse_environment(registry, file.environment, source);
  environment_ = section.world->make(section.wrappers);
  const EnvironmentSpec& spec = environment_->spec();
  const auto length = static_cast<std::size_t>(file.episode.length);
  const bool fits = spec.action.is_discrete()
                        ? file.episode.actions.size() == length
                        : file.episode.values.size() == length * spec.action.size();
  if (!fits) throw ArchiveError(source + ": the actions do not fit the world's action space");
  environment_->reset(file.episode.seed);
}

Action Replay::next_action() const {
  const auto at = static_cast<std::size_t>(step_);
  Action action;
  if (environment_->spec().action.is_discrete()) {
    action.index = file_.episode.actions[at];
  } else {
    const std::size_t width = environment_->spec().action.size();
    action.values = std::span(file_.episode.values).subspan(at * width, width);
  }
  return action;
}

StepResult Replay::advance() {
  const Environment& world = *environment_;
  StepResult result;
  try {
    result = environment_->step(next_action());
  } catch (const std::invalid_argument& e) {
    throw std::runtime_error(source_ + ": step " + std::to_string(step_ + 1) + ": " + e.what());
  }
  ++step_;
  return_ += result.reward;
  const bool ended = result.status != Status::running;
  const bool last = step_ == file_.episode.length;
  const bool same_end =
      !last || (result.status == file_.episode.status && return_ == file_.episode.episode_return);
  if (ended != last || !same_end)
    throw std::runtime_error(source_ + ": step " + std::to_string(step_) + ": " +
                             world.spec().name +
                             " does not do what was recorded: the file comes from a build whose "
                             "world differs");
  return result;
}

}  // namespace sandlot
