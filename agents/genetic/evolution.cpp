#include "agents/genetic/evolution.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace sandlot {

void EvolvedPolicy::act(int rows, std::span<const float> observations,
                        std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                        std::span<float> continuous, Random&) {
  network_.act(genome_, rows, observations, legal, actions, continuous);
}

void EvolvedPolicy::load(Reader& in) {
  const std::size_t genes = genome_.size();
  in.read(genome_);
  if (genome_.size() != genes) in.fail("the genome is of another size");
  for (const float gene : genome_)
    if (!std::isfinite(gene)) in.fail("a gene is not finite");
}

namespace {

void write_result(const auto& result, Writer& out) {
  out.write(result.fitness);
  out.write(result.steps);
  out.write(result.watched);
  out.write<std::uint64_t>(result.finished.size());
  for (const EpisodeRecord& r : result.finished) {
    out.write(r.row);
    out.write(r.seed);
    out.write(r.episode_return);
    out.write(r.length);
    out.write(r.status);
    out.write(r.goal);
  }
}

void read_result(Reader& in, auto& result) {
  in.read(result.fitness);
  in.read(result.steps);
  in.read(result.watched);
  result.finished.resize(in.read_count(30));
  for (EpisodeRecord& r : result.finished) {
    in.read(r.row);
    in.read(r.seed);
    in.read(r.episode_return);
    in.read(r.length);
    in.read(r.status);
    in.read(r.goal);
  }
}

}  // namespace

Generations::Generations(const EnvironmentSpec& spec, int copies,
                         std::span<const std::int64_t> champions)
    : champions_(champions.begin(), champions.end()), ended_(static_cast<std::size_t>(copies)) {
  if (spec.action.is_discrete())
    actions_.resize(ended_.size());
  else
    continuous_.resize(ended_.size() * spec.action.size());
}

void Generations::train(TrainingContext& training) {
  while (training.proceed(*this)) {
    training.environment().reset();
    std::vector<double> fitness;
    measure_all(training);
    for (const Result& result : results_) {
      training.count(result.steps, result.finished);
      fitness.push_back(result.fitness);
    }
    log_.add(fitness);
    tell(training, fitness);
    if (std::find(champions_.begin(), champions_.end(), log_.generations()) != champions_.end())
      training.keep_policy(log_.generations());
  }
}

std::vector<std::size_t> dealt_parts(std::size_t count, int ranks) {
  const std::size_t among = 2 * static_cast<std::size_t>(ranks);
  std::vector<std::size_t> ends;
  for (std::size_t end = 0; end < count;) {
    end += (count - end + among - 1) / among;
    ends.push_back(end);
  }
  return ends;
}

// The world ends in the state in which the last individual left it, whoever measured it.
void Generations::measure_all(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  Ranks* ranks = training.ranks();
  results_.assign(individuals(), {});
  if (!ranks || ranks->size() == 1) {
    Writer start;
    world.save(start);
    for (std::size_t i = 0; i < results_.size(); ++i) measure_from(start.bytes(), i, world);
    return;
  }
  Writer state;
  world.save(state);
  save(state);
  std::vector<std::byte> bytes(state.bytes().begin(), state.bytes().end());
  ranks->open_claims();
  ranks->broadcast(bytes);
  measure_share(world, *ranks);
  const auto parts = ranks->gather({});
  for (int rank = 1; rank < ranks->size(); ++rank) {
    Reader in(parts[static_cast<std::size_t>(rank)], "the results of rank " + std::to_string(rank));
    take_share(in, world);
  }
  for (const Result& result : results_)
    if (result.finished.empty()) throw std::logic_error("no rank has measured an individual");
}

void Generations::serve(TrainingContext& training) {
  VectorEnvironment& world = training.environment();
  Ranks& ranks = *training.ranks();
  for (;;) {
    std::vector<std::byte> bytes;
    ranks.broadcast(bytes);
    if (bytes.empty()) return;
    Reader in(bytes, "the generation that rank 0 sent");
    world.load(in);
    load(in);
    results_.assign(individuals(), {});
    measure_share(world, ranks);
    Writer out;
    out.write<std::uint64_t>(measured_.size());
    for (const std::size_t i : measured_) {
      out.write<std::uint64_t>(i);
      write_result(results_[i], out);
    }
    if (!measured_.empty() && measured_.back() + 1 == results_.size()) world.save(out);
    ranks.gather(out.bytes());
  }
}

// What serve() gives.
void Generations::take_share(Reader& in, VectorEnvironment& world) {
  measured_.clear();
  for (std::size_t left = in.read_count(8); left > 0; --left) {
    const auto i = in.read<std::uint64_t>();
    if (i >= results_.size() || !results_[static_cast<std::size_t>(i)].finished.empty())
      in.fail("it was not for that rank to measure individual " + std::to_string(i));
    read_result(in, results_[static_cast<std::size_t>(i)]);
    measured_.push_back(static_cast<std::size_t>(i));
  }
  if (!measured_.empty() && measured_.back() + 1 == results_.size()) world.load(in);
}

void Generations::measure_share(VectorEnvironment& world, Ranks& ranks) {
  Writer start;
  world.save(start);
  const auto ends = dealt_parts(results_.size(), ranks.size());
  measured_.clear();
  for (std::uint64_t part; (part = ranks.claim()) < ends.size();)
    for (std::size_t i = part > 0 ? ends[part - 1] : 0; i < ends[part]; ++i) {
      measure_from(start.bytes(), i, world);
      measured_.push_back(i);
    }
}

void Generations::measure_from(std::span<const std::byte> start, std::size_t i,
                               VectorEnvironment& world) {
  Reader in(start);
  world.load(in);
  take(i);
  measure(world, results_[i]);
}

// Rows that have ended rest until all have.
void Generations::measure(VectorEnvironment& world, Result& result) {
  std::fill(ended_.begin(), ended_.end(), std::uint8_t{0});
  for (int row = 0; row < world.size(); ++row) forget(row);
  double sum = 0;
  result.finished.reserve(ended_.size());
  watcher_.begin();
  while (result.finished.size() < ended_.size()) {
    act(world, actions_, continuous_);
    for (int row = 0; row < world.size() && !watcher_.empty(); ++row)
      if (!ended_[static_cast<std::size_t>(row)]) watcher_.see(row, world.observation(row));
    world.step({.discrete = actions_, .continuous = continuous_, .resting = ended_});
    result.steps += static_cast<std::int64_t>(ended_.size() - result.finished.size());
    for (const EpisodeRecord& record : world.finished()) {
      ended_[static_cast<std::size_t>(record.row)] = 1;
      sum += record.episode_return;
      if (!watcher_.empty())
        watcher_.end(record.row, world.final_observation(record.row),
                     world.final_metrics(record.row));
      result.finished.push_back(record);
    }
  }
  result.fitness = sum / static_cast<double>(ended_.size());
  watcher_.write(result.watched);
}

double Generations::length_of(std::size_t i) const {
  double sum = 0;
  for (const EpisodeRecord& record : results_[i].finished)
    sum += static_cast<double>(record.length);
  return sum / static_cast<double>(ended_.size());
}

Evolution::Evolution(const FlatNetworkSettings& network, std::span<const std::int64_t> champions,
                     const EnvironmentSpec& spec, int copies)
    : Generations(spec, copies, champions), policy_(spec, network) {}

void Evolution::set_search(std::unique_ptr<PopulationSearch> search) {
  search_ = std::move(search);
  policy_.set_genome(search_->best());
}

std::string Evolution::describe() const {
  const Matrix& all = search_->population();
  return std::to_string(all.rows()) + " genomes of " + std::to_string(all.cols()) + " weights, " +
         std::to_string(copies()) + (copies() == 1 ? " episode each" : " episodes each");
}

std::size_t Evolution::individuals() const {
  return static_cast<std::size_t>(search_->population().rows());
}

void Evolution::take(std::size_t i) {
  const Matrix& all = search_->population();
  genome_ = {all.row(static_cast<Eigen::Index>(i)).data(), static_cast<std::size_t>(all.cols())};
}

void Evolution::act(const VectorEnvironment& world, std::span<std::int32_t> actions,
                    std::span<float> continuous) {
  network().act(genome_, world.size(), world.observations(), world.legal_actions(), actions,
                continuous);
}

void Evolution::tell(TrainingContext& training, std::span<const double> fitness) {
  double sum = 0;
  for (const double f : fitness) sum += f;
  training.report("best", *std::max_element(fitness.begin(), fitness.end()));
  training.report("mean", sum / static_cast<double>(fitness.size()));
  training.report("step_size", search_->step_size());
  search_->tell(fitness);
  policy_.set_genome(search_->best());
}

void Evolution::save(Writer& out) const {
  out.tag("evolution");
  log().save(out);
  policy_.save(out);
  search_->save(out);
}

void Evolution::load(Reader& in) {
  in.expect_tag("evolution");
  log().load(in);
  policy_.load(in);
  search_->load(in);
}

void champions_field(Fields& f, std::vector<std::int64_t>& champions) {
  f.integers("champions", champions,
             "generations, from 1, whose champion is kept, for sandlot record --champions",
             Range::at_least(1));
}

void check_evolution(const EnvironmentSpec& spec, Issues& issues) {
  if (spec.observation.is_discrete())
    issues.add("name", "evolves networks, which need observations in a box");
  if (spec.step_limit == 0)
    issues.add("name",
               "needs a world whose episodes end: set wrappers.step_limit, or one that never ends "
               "would never be measured");
}

}  // namespace sandlot
