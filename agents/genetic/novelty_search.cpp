#include "agents/genetic/novelty_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sandlot {
namespace {

// Lehman and Stanley's own program: the threshold is raised where a generation adds more than this,
// and lowered after so many that add none.
constexpr int kMany = 4, kNone = 10;
constexpr double kRaise = 1.2, kLower = 0.95;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

std::vector<double> NoveltyArchive::judge(std::span<const double> behaviours) {
  const std::size_t count = behaviours.size() / axes_;
  const auto distance = [&](const double* a, const double* b) {
    double sum = 0;
    for (std::size_t k = 0; k < axes_; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return std::sqrt(sum);
  };
  std::vector<double> novelty(count), distances;
  for (std::size_t i = 0; i < count; ++i) {
    const double* own = behaviours.data() + i * axes_;
    distances.clear();
    for (std::size_t j = 0; j < count; ++j)
      if (j != i) distances.push_back(distance(own, behaviours.data() + j * axes_));
    for (std::size_t j = 0; j < size(); ++j)
      distances.push_back(distance(own, kept_.data() + j * axes_));
    const std::size_t near = std::min(neighbours_, distances.size());
    if (near == 0) continue;
    const auto end = distances.begin() + static_cast<std::ptrdiff_t>(near);
    std::nth_element(distances.begin(), end - 1, distances.end());
    std::sort(distances.begin(), end);  // a sum in a fixed order
    novelty[i] = mean_of({distances.data(), near});
  }
  int added = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (novelty[i] <= threshold_) continue;
    ++added;
    kept_.insert(kept_.end(), behaviours.begin() + static_cast<std::ptrdiff_t>(i * axes_),
                 behaviours.begin() + static_cast<std::ptrdiff_t>((i + 1) * axes_));
  }
  empty_ = added > 0 ? 0 : empty_ + 1;
  if (added > kMany) threshold_ *= kRaise;
  if (empty_ == kNone) {
    threshold_ *= kLower;
    empty_ = 0;
  }
  return novelty;
}

void NoveltyArchive::save(Writer& out) const {
  out.tag("novelty archive");
  out.write(threshold_);
  out.write(empty_);
  out.write(kept_);
}

void NoveltyArchive::load(Reader& in) {
  in.expect_tag("novelty archive");
  in.read(threshold_);
  in.read(empty_);
  in.read(kept_);
  if (!(threshold_ > 0) || !std::isfinite(threshold_) || empty_ < 0 || empty_ >= kNone ||
      kept_.size() % axes_ != 0)
    in.fail("the archive of behaviours is not valid");
  for (const double v : kept_)
    if (!std::isfinite(v)) in.fail("a behaviour is not finite");
}

void NoveltySearch::Settings::fields(Fields& f) {
  network.fields(f);
  champions_field(f, champions);
  search.fields(f);
  f.section("behaviour", behaviour, "what is to be new");
  f.integer("neighbours", neighbours,
            "k: how many of the nearest behaviours novelty is the mean of",
            Range::between(1, 10000));
  f.number("threshold", threshold,
           "novelty above which a behaviour goes to the archive, at first; axes count from 0 to 1",
           Range::above(0));
  f.boolean("minimal", minimal, "those below a least return are of no novelty");
  f.when(minimal, "minimal: true",
         [&] { f.number("least_return", least_return, "of an individual that may be novel"); });
}

void NoveltySearch::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_evolution(spec, issues);
  search.check(FlatNetwork(spec, network).size(), issues);
  IssuesBelow below(issues, "behaviour");
  behaviour.check(spec, 0, below);
}

NoveltySearch::NoveltySearch(const Settings& settings, const EnvironmentSpec& spec, int copies,
                             Seed seed)
    : Generations(spec, copies, settings.champions),
      settings_(settings),
      policy_(spec, settings.network),
      behaviour_(settings.behaviour, spec),
      search_(settings.search, policy_.network().scale(), seed),
      archive_(behaviour_.size(), static_cast<std::size_t>(settings.neighbours),
               settings.threshold) {
  watch(behaviour_.watched());
  policy_.set_genome(search_.best());
}

std::string NoveltySearch::describe() const {
  return std::to_string(bred()) + " genomes of " + std::to_string(policy_.network().size()) +
         " weights, " + std::to_string(copies()) +
         (copies() == 1 ? " episode each" : " episodes each");
}

std::span<const float> NoveltySearch::row(std::size_t i) const {
  const Matrix& all = search_.population();
  return {all.row(static_cast<Eigen::Index>(i)).data(), static_cast<std::size_t>(all.cols())};
}

void NoveltySearch::act(const VectorEnvironment& world, std::span<std::int32_t> actions,
                        std::span<float> continuous) {
  policy_.network().act(genome_, world.size(), world.observations(), world.legal_actions(), actions,
                        continuous);
}

void NoveltySearch::tell(TrainingContext& training, std::span<const double> fitness) {
  std::vector<double> behaviours;
  for (std::size_t i = 0; i < bred(); ++i) {
    const auto at = behaviour_.of(length_of(i), fitness[i], watched_of(i));
    behaviours.insert(behaviours.end(), at.begin(), at.end());
  }
  std::vector<double> novelty = archive_.judge(behaviours);
  const auto own = fitness.first(bred());
  training.report("best", *std::max_element(own.begin(), own.end()));
  training.report("mean", mean_of(own));
  training.report("novelty", mean_of(novelty));
  training.report("archive", static_cast<double>(archive_.size()));
  find_champion(fitness);
  for (std::size_t i = 0; settings_.minimal && i < novelty.size(); ++i)
    if (fitness[i] < settings_.least_return) novelty[i] = 0;
  search_.forget_measurements();
  search_.tell(novelty);
}

void NoveltySearch::find_champion(std::span<const double> fitness) {
  const auto own = fitness.first(bred());
  const auto best =
      static_cast<std::size_t>(std::max_element(own.begin(), own.end()) - own.begin());
  bool replaced = champion_.genome.empty();
  if (!replaced) {
    champion_.sum += fitness.back();
    champion_.times += 1;
    replaced = own[best] > fitness.back() && own[best] > champion_.sum / champion_.times;
  }
  if (!replaced) return;
  champion_ = {{row(best).begin(), row(best).end()}, own[best], 1};
  policy_.set_genome(champion_.genome);
}

std::vector<Figure> NoveltySearch::figures() const {
  auto all = log().figures();
  if (behaviour_.size() != 2 || archive_.size() == 0) return all;
  const BehaviourSettings& axes = settings_.behaviour;
  Figure figure{.kind = Figure::Kind::tree,
                .title = "Behaviours",
                .caption = "Those in the archive: each was new when it came up.",
                .x_label = axes.axes[0],
                .y_label = axes.axes[1]};
  const auto value = [&](std::size_t i, std::size_t k) {
    return axes.low[k] + archive_.kept()[2 * i + k] * (axes.high[k] - axes.low[k]);
  };
  for (std::size_t i = 0; i < archive_.size(); ++i)
    figure.points.push_back({value(i, 0), value(i, 1), std::to_string(i), {-1, -1}});
  all.push_back(figure);
  return all;
}

void NoveltySearch::save(Writer& out) const {
  out.tag("novelty search");
  log().save(out);
  policy_.save(out);
  search_.save(out);
  archive_.save(out);
  out.write(champion_.genome);
  out.write(champion_.sum);
  out.write(champion_.times);
}

void NoveltySearch::load(Reader& in) {
  in.expect_tag("novelty search");
  log().load(in);
  policy_.load(in);
  search_.load(in);
  archive_.load(in);
  in.read(champion_.genome);
  in.read(champion_.sum);
  in.read(champion_.times);
  if (champion_.genome.empty()) return;
  if (champion_.genome.size() != policy_.network().size()) in.fail("a genome is of another size");
  for (const float gene : champion_.genome)
    if (!std::isfinite(gene)) in.fail("a gene is not finite");
  if (!std::isfinite(champion_.sum) || !(champion_.times >= 1) || !std::isfinite(champion_.times))
    in.fail("the champion's record is not valid");
}

}  // namespace sandlot
