#include "agents/genetic/neat.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sandlot {

void NeatPolicy::load(Reader& in) {
  constexpr std::int32_t kMostNodes = 1 << 24;
  NeatGenome genome;
  genome.load(in, network_.shape(), kMostNodes, std::numeric_limits<std::int32_t>::max());
  set_genome(genome);
}

GraphView NeatPolicy::graph() const {
  const NeatShape& shape = network_.shape();
  GraphView view;
  for (std::size_t i = 0; i < network_.nodes().size(); ++i) {
    const auto [id, depth] = network_.nodes()[i];
    GraphView::Node node{.depth = depth, .value = network_.value(i, 0)};
    using Role = GraphView::Node::Role;
    node.role = id < shape.inputs           ? Role::input
                : id == shape.bias()        ? Role::bias
                : id < shape.first_hidden() ? Role::output
                                            : Role::hidden;
    if (node.role == Role::input) node.number = id;
    if (node.role == Role::output) node.number = id - shape.first_output();
    view.nodes.push_back(node);
  }
  for (const auto& l : network_.live_links())
    view.links.push_back({l.from, l.to, l.weight, l.recurrent});
  return view;
}

void Neat::Settings::fields(Fields& f) {
  f.choice("activation", activation,
           {{"sigmoid", NeatActivation::sigmoid}, {"tanh", NeatActivation::tanh}},
           "sigmoid: 1 / (1 + exp(−4.9 x)), as in the paper");
  f.boolean("scaled", scaled, "observations with finite bounds are brought to [−1, 1]");
  f.boolean("delayed", delayed,
            "signals come one link further in each step, as in Stanley's program; false: at once");
  champions_field(f, champions);
  search.fields(f);
}

void Neat::Settings::check(const EnvironmentSpec& spec, int, Issues& issues) const {
  check_evolution(spec, issues);
  search.check(issues);
}

Neat::Neat(const Settings& settings, const EnvironmentSpec& spec, int copies, Seed seed)
    : Generations(spec, copies, settings.champions),
      policy_(spec, settings.activation, settings.scaled, settings.delayed),
      network_(spec, settings.activation, settings.scaled, settings.delayed),
      search_(settings.search, network_.shape(), seed) {
  policy_.set_genome(search_.best().genome);
}

std::string Neat::describe() const {
  return std::to_string(search_.population().size()) + " networks of " +
         std::to_string(network_.shape().inputs) + " inputs, " + std::to_string(copies()) +
         (copies() == 1 ? " episode each" : " episodes each");
}

void Neat::tell(TrainingContext& training, std::span<const double> fitness) {
  double sum = 0;
  for (const double f : fitness) sum += f;
  training.report("best", *std::max_element(fitness.begin(), fitness.end()));
  training.report("mean", sum / static_cast<double>(fitness.size()));
  training.report("species", static_cast<double>(search_.species().size()));
  remember(fitness);
  search_.tell(fitness);
  std::vector<std::int64_t> needed{search_.best().number};
  for (const auto& one : search_.population())
    needed.insert(needed.end(), {one.number, one.mother});
  genealogy_.keep(needed);
  policy_.set_genome(search_.best().genome);
  training.report("hidden", static_cast<double>(policy_.network().hidden()));
  training.report("links", static_cast<double>(policy_.network().links()));
}

void Neat::remember(std::span<const double> fitness) {
  std::vector<std::int64_t> numbers, members;
  for (const auto& species : search_.species()) {
    numbers.push_back(species.number);
    members.push_back(static_cast<std::int64_t>(species.members.size()));
  }
  log().add_species(numbers, members);
  // Children come after their parents and those that lived on have their old numbers: by number.
  const auto& population = search_.population();
  std::vector<std::size_t> order(population.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return population[a].number < population[b].number;
  });
  for (const std::size_t i : order) {
    const auto& one = population[i];
    const auto links = std::count_if(one.genome.links.begin(), one.genome.links.end(),
                                     [](const NeatLink& l) { return l.enabled; });
    genealogy_.add({one.number, one.mother, one.father, search_.generation(),
                    (one.sum + fitness[i]) / (one.times + 1),
                    static_cast<std::int64_t>(one.genome.hidden.size()), links});
  }
}

std::vector<Figure> Neat::figures() const {
  std::vector<Figure> all = log().figures();
  if (log().generations() > 1) all.push_back(genealogy_.figure(search_.best().number));
  return all;
}

void Neat::save(Writer& out) const {
  out.tag("neat agent");
  log().save(out);
  genealogy_.save(out);
  policy_.save(out);
  search_.save(out);
}

void Neat::load(Reader& in) {
  in.expect_tag("neat agent");
  log().load(in);
  genealogy_.load(in);
  policy_.load(in);
  search_.load(in);
}

}  // namespace sandlot
