#include "agents/genetic/map_elites.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace sandlot {

void MapElites::Settings::fields(Fields& f) {
  network.fields(f);
  champions_field(f, champions);
  f.integer("population", population, "individuals of a generation", Range::between(2, 100000));
  f.integer("first", first, "individuals drawn at random before any are bred",
            Range::between(1, 1000000));
  f.integer("cells", cells, "of the archive, along each axis", Range::between(1, 200));
  f.number("mutation_size", mutation_size, "deviation of the noise on each weight",
           Range::above(0));
  f.number("line_size", line_size, "deviation of the step towards another elite, as a share of it",
           Range::at_least(0));
  f.number("again", again, "share of a generation that are elites measured again", {0, 0.9});
  f.section("behaviour", behaviour, "the two axes of the archive");
}

void MapElites::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_evolution(spec, issues);
  IssuesBelow below(issues, "behaviour");
  behaviour.check(spec, 2, below);
}

MapElites::MapElites(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : Generations(spec, copies, settings.champions),
      settings_(settings),
      policy_(spec, settings.network),
      behaviour_(settings.behaviour, spec),
      random_(derive(seed, "map-elites")),
      cells_(static_cast<std::size_t>(settings.cells * settings.cells)),
      left_(settings.first) {
  watch(behaviour_.watched());
  propose();
  policy_.set_genome(candidates_[0].genome);
}

std::vector<std::size_t> MapElites::full_cells() const {
  std::vector<std::size_t> full;
  for (std::size_t c = 0; c < cells_.size(); ++c)
    if (!cells_[c].genome.empty()) full.push_back(c);
  return full;
}

int MapElites::filled() const { return static_cast<int>(full_cells().size()); }

void MapElites::propose() {
  const auto full = full_cells();
  const auto scale = policy_.network().scale();
  const auto any = [&]() -> std::size_t {
    return full[random_.below(static_cast<std::uint32_t>(full.size()))];
  };
  candidates_.assign(static_cast<std::size_t>(settings_.population), {});
  for (Candidate& one : candidates_) {
    if (left_ > 0 || full.empty()) {
      left_ = std::max<std::int64_t>(left_ - 1, 0);
      for (const float s : scale)
        one.genome.push_back(static_cast<float>(random_.normal()) * (s > 0 ? s : 0.1f));
      continue;
    }
    const std::size_t from = any();
    one.genome = cells_[from].genome;
    if (random_.bernoulli(settings_.again)) {
      one.cell = static_cast<std::int64_t>(from);
      continue;
    }
    const auto& other = cells_[any()].genome;
    const auto along = static_cast<float>(settings_.line_size * random_.normal());
    const auto noise = static_cast<float>(settings_.mutation_size);
    const auto& parent = cells_[from].genome;
    for (std::size_t g = 0; g < one.genome.size(); ++g)
      one.genome[g] +=
          along * (other[g] - parent[g]) + noise * static_cast<float>(random_.normal());
  }
}

std::string MapElites::describe() const {
  return std::to_string(cells_.size()) + " cells for networks of " +
         std::to_string(policy_.network().size()) + " weights, " + std::to_string(copies()) +
         (copies() == 1 ? " episode each" : " episodes each");
}

void MapElites::act(const VectorEnvironment& world, std::span<std::int32_t> actions,
                    std::span<float> continuous) {
  policy_.network().act(genome_, world.size(), world.observations(), world.legal_actions(), actions,
                        continuous);
}

void MapElites::tell(TrainingContext& training, std::span<const double> fitness) {
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    Candidate& one = candidates_[i];
    if (one.cell >= 0) {
      Elite& elite = cells_[static_cast<std::size_t>(one.cell)];
      // It may have lost its cell earlier in this generation.
      if (elite.genome != one.genome) continue;
      elite.sum += fitness[i];
      elite.times += 1;
      continue;
    }
    const auto at = behaviour_.of(length_of(i), fitness[i], watched_of(i));
    const auto bin = [&](double v) {
      const auto cells = static_cast<double>(settings_.cells);
      return static_cast<std::size_t>(std::clamp(v * cells, 0.0, cells - 1));
    };
    Elite& elite = cells_[bin(at[1]) * static_cast<std::size_t>(settings_.cells) + bin(at[0])];
    if (elite.genome.empty() || fitness[i] > elite.fitness())
      elite = {std::move(one.genome), fitness[i], 1};
  }
  const auto full = full_cells();
  double least = std::numeric_limits<double>::infinity(), quality = 0;
  for (const std::size_t c : full) least = std::min(least, cells_[c].fitness());
  for (const std::size_t c : full) quality += cells_[c].fitness() - least;
  training.report("best", *std::max_element(fitness.begin(), fitness.end()));
  training.report("mean", std::accumulate(fitness.begin(), fitness.end(), 0.0) /
                              static_cast<double>(fitness.size()));
  training.report("coverage",
                  static_cast<double>(full.size()) / static_cast<double>(cells_.size()));
  training.report("quality", quality);
  propose();
  show_best();
}

// Among those measured at least twice, once there are some: of many, the best of one measurement is
// the luckiest.
void MapElites::show_best() {
  const Elite* best = nullptr;
  const auto rank = [](const Elite& elite) { return std::pair(elite.times > 1, elite.fitness()); };
  for (const Elite& elite : cells_)
    if (!elite.genome.empty() && (!best || rank(elite) > rank(*best))) best = &elite;
  if (best) policy_.set_genome(best->genome);
}

std::vector<Figure> MapElites::figures() const {
  auto all = log().figures();
  Figure archive{.kind = Figure::Kind::heat,
                 .title = "Archive",
                 .caption =
                     "The fitness of the best individual for each kind of behaviour; white "
                     "where nobody behaves so.",
                 .x_label = settings_.behaviour.axes[0],
                 .y_label = settings_.behaviour.axes[1],
                 .rows = settings_.cells,
                 .columns = settings_.cells,
                 .x_low = settings_.behaviour.low[0],
                 .x_high = settings_.behaviour.high[0],
                 .y_low = settings_.behaviour.low[1],
                 .y_high = settings_.behaviour.high[1]};
  for (const Elite& elite : cells_)
    archive.values.push_back(elite.genome.empty() ? std::numeric_limits<double>::quiet_NaN()
                                                  : elite.fitness());
  all.push_back(archive);
  return all;
}

void MapElites::save(Writer& out) const {
  out.tag("map-elites");
  log().save(out);
  policy_.save(out);
  random_.save(out);
  out.write(left_);
  for (const Elite& elite : cells_) {
    out.write(elite.genome);
    out.write(elite.sum);
    out.write(elite.times);
  }
  for (const Candidate& one : candidates_) {
    out.write(one.genome);
    out.write(one.cell);
  }
}

void MapElites::load(Reader& in) {
  in.expect_tag("map-elites");
  log().load(in);
  policy_.load(in);
  random_.load(in);
  in.read(left_);
  const std::size_t genes = policy_.network().size();
  const auto check = [&](const std::vector<float>& genome) {
    if (genome.size() != genes) in.fail("a genome is of another size");
    for (const float gene : genome)
      if (!std::isfinite(gene)) in.fail("a gene is not finite");
  };
  for (Elite& elite : cells_) {
    in.read(elite.genome);
    in.read(elite.sum);
    in.read(elite.times);
    if (elite.genome.empty()) continue;
    check(elite.genome);
    if (!std::isfinite(elite.sum) || !(elite.times >= 1) || !std::isfinite(elite.times))
      in.fail("an elite's record is not valid");
  }
  for (Candidate& one : candidates_) {
    in.read(one.genome);
    in.read(one.cell);
    check(one.genome);
    if (one.cell < -1 || one.cell >= static_cast<std::int64_t>(cells_.size()) ||
        (one.cell >= 0 && cells_[static_cast<std::size_t>(one.cell)].genome.empty()))
      in.fail("a candidate's cell is not valid");
  }
}

}  // namespace sandlot
