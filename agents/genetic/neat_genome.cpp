#include "agents/genetic/neat_genome.h"

#include <algorithm>
#include <cmath>

namespace sandlot {
namespace {

constexpr int kTries = 20;                // to find a place for a new link
constexpr std::size_t kSmallGenome = 20;  // links below which distances are not divided
constexpr double kAverage = 0.4;          // share of crossings that average matching weights
constexpr double kStaysDisabled = 0.75;   // of a gene that is disabled in either parent

void insert(NeatGenome& genome, const NeatLink& link) {
  const auto at =
      std::lower_bound(genome.links.begin(), genome.links.end(), link.innovation,
                       [](const NeatLink& l, std::int32_t n) { return l.innovation < n; });
  genome.links.insert(at, link);
}

bool has_link(const NeatGenome& genome, std::int32_t from, std::int32_t to) {
  return std::any_of(genome.links.begin(), genome.links.end(),
                     [&](const NeatLink& l) { return l.from == from && l.to == to; });
}

}  // namespace

std::int32_t NeatInnovations::link(std::int32_t from, std::int32_t to, bool recurrent) {
  for (const Link& l : links_)
    if (l.from == from && l.to == to && l.recurrent == recurrent) return l.innovation;
  links_.push_back({from, to, recurrent, next_});
  return next_++;
}

NeatInnovations::Split NeatInnovations::split(std::int32_t link_innovation) {
  for (const Split1& s : splits_)
    if (s.link == link_innovation) return s.made;
  splits_.push_back({link_innovation, {next_node_, next_, next_ + 1}});
  ++next_node_;
  next_ += 2;
  return splits_.back().made;
}

void NeatInnovations::save(Writer& out) const {
  out.tag("innovations");
  out.write(next_);
  out.write(next_node_);
  out.write(links_);
  out.write(splits_);
}

void NeatInnovations::load(Reader& in, const NeatShape& shape) {
  in.expect_tag("innovations");
  in.read(next_);
  in.read(next_node_);
  in.read(links_);
  in.read(splits_);
  if (next_ < 0 || next_node_ < shape.first_hidden()) in.fail("the innovations are not valid");
  const auto node = [&](std::int32_t n) { return n >= 0 && n < next_node_; };
  const auto number = [&](std::int32_t n) { return n >= 0 && n < next_; };
  for (const Link& l : links_)
    if (!node(l.from) || !node(l.to) || !number(l.innovation) || l.recurrent < 0 || l.recurrent > 1)
      in.fail("a new link is not valid");
  for (const Split1& s : splits_)
    if (!number(s.link) || !node(s.made.node) || s.made.node < shape.first_hidden() ||
        !number(s.made.in) || !number(s.made.out))
      in.fail("a new node is not valid");
}

void NeatGenome::save(Writer& out) const {
  out.write(hidden);
  out.write<std::uint64_t>(links.size());
  for (const NeatLink& l : links) {
    out.write(l.innovation);
    out.write(l.from);
    out.write(l.to);
    out.write(l.weight);
    out.write(l.enabled);
    out.write(l.recurrent);
  }
}

void NeatGenome::load(Reader& in, const NeatShape& shape, std::int32_t nodes,
                      std::int32_t innovations) {
  in.read(hidden);
  for (std::size_t i = 0; i < hidden.size(); ++i)
    if (hidden[i] < shape.first_hidden() || hidden[i] >= nodes ||
        (i > 0 && hidden[i] <= hidden[i - 1]))
      in.fail("a hidden node is not valid");
  const auto known = [&](std::int32_t n) {
    return (n >= 0 && n < shape.first_hidden()) ||
           std::binary_search(hidden.begin(), hidden.end(), n);
  };
  links.resize(in.read_count(18));
  for (std::size_t i = 0; i < links.size(); ++i) {
    NeatLink& l = links[i];
    in.read(l.innovation);
    in.read(l.from);
    in.read(l.to);
    in.read(l.weight);
    in.read(l.enabled);
    in.read(l.recurrent);
    if (l.innovation < 0 || l.innovation >= innovations ||
        (i > 0 && l.innovation <= links[i - 1].innovation))
      in.fail("the links are not in the order of their innovations");
    if (!known(l.from) || !known(l.to) || l.to < shape.first_output())
      in.fail("a link joins nodes that are not there");
    if (!std::isfinite(l.weight)) in.fail("a weight is not finite");
  }
  // No circle: taking away nodes that nothing leads to takes away all.
  const auto fixed = static_cast<std::size_t>(shape.first_hidden());
  const auto place = [&](std::int32_t n) {
    return n < shape.first_hidden()
               ? static_cast<std::size_t>(n)
               : fixed + static_cast<std::size_t>(
                             std::lower_bound(hidden.begin(), hidden.end(), n) - hidden.begin());
  };
  std::size_t left = fixed + hidden.size();
  std::vector<std::size_t> into(left), free;
  std::vector<std::vector<std::size_t>> next(left);
  for (const NeatLink& l : links)
    if (!l.recurrent) {
      ++into[place(l.to)];
      next[place(l.from)].push_back(place(l.to));
    }
  for (std::size_t n = 0; n < into.size(); ++n)
    if (into[n] == 0) free.push_back(n);
  while (!free.empty()) {
    const std::size_t n = free.back();
    free.pop_back();
    --left;
    for (const std::size_t to : next[n])
      if (--into[to] == 0) free.push_back(to);
  }
  if (left > 0) in.fail("links that are not recurrent form a circle");
}

float NeatOperators::first_weight(Random& random) const {
  return static_cast<float>(random.uniform(-1, 1) * settings_.first);
}

NeatGenome NeatOperators::first(bool connected, NeatInnovations& innovations,
                                Random& random) const {
  NeatGenome genome;
  for (std::int32_t o = 0; o < shape_.outputs; ++o) {
    const std::int32_t to = shape_.first_output() + o;
    const auto join = [&](std::int32_t from) {
      insert(genome,
             {innovations.link(from, to, false), from, to, first_weight(random), true, false});
    };
    if (connected)
      for (std::int32_t i = 0; i < shape_.inputs; ++i) join(i);
    else
      join(static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(shape_.inputs))));
    join(shape_.bias());
  }
  return genome;
}

void NeatOperators::mutate(NeatGenome& genome, NeatInnovations& innovations, Random& random) const {
  if (random.bernoulli(settings_.add_node)) {
    add_node(genome, innovations, random);
    return;
  }
  if (random.bernoulli(settings_.add_link)) {
    add_link(genome, innovations, random);
    return;
  }
  if (random.bernoulli(settings_.weights)) mutate_weights(genome, random);
  if (random.bernoulli(settings_.toggle) && !genome.links.empty()) {
    auto& link = genome.links[random.below(static_cast<std::uint32_t>(genome.links.size()))];
    link.enabled = !link.enabled;
  }
  if (random.bernoulli(settings_.enable))
    for (NeatLink& link : genome.links)
      if (!link.enabled) {
        link.enabled = true;
        break;
      }
}

void NeatOperators::mutate_weights(NeatGenome& genome, Random& random) const {
  const auto limit = static_cast<float>(settings_.limit);
  for (NeatLink& link : genome.links) {
    const auto drawn = static_cast<float>(random.uniform(-1, 1) * settings_.size);
    const float weight = random.bernoulli(settings_.perturb) ? link.weight + drawn : drawn;
    link.weight = std::clamp(weight, -limit, limit);
  }
}

// The old link is disabled; the link into the new node gets weight 1, the one out of it the old
// weight, so that at first little changes (section 3.1). A recurrent link stays so on its way out.
bool NeatOperators::add_node(NeatGenome& genome, NeatInnovations& innovations,
                             Random& random) const {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < genome.links.size(); ++i)
    if (genome.links[i].enabled && genome.links[i].from != shape_.bias()) open.push_back(i);
  if (open.empty()) return false;
  NeatLink& old = genome.links[open[random.below(static_cast<std::uint32_t>(open.size()))]];
  const auto made = innovations.split(old.innovation);
  // It may have been split in this very way before, and switched on again since.
  if (std::binary_search(genome.hidden.begin(), genome.hidden.end(), made.node)) return false;
  old.enabled = false;
  const NeatLink in{made.in, old.from, made.node, 1, true, false};
  const NeatLink out{made.out, made.node, old.to, old.weight, true, old.recurrent};
  genome.hidden.insert(std::lower_bound(genome.hidden.begin(), genome.hidden.end(), made.node),
                       made.node);
  insert(genome, in);
  insert(genome, out);
  return true;
}

bool NeatOperators::add_link(NeatGenome& genome, NeatInnovations& innovations,
                             Random& random) const {
  const auto hidden = static_cast<std::uint32_t>(genome.hidden.size());
  const auto fixed = static_cast<std::uint32_t>(shape_.first_hidden());
  const auto outputs = static_cast<std::uint32_t>(shape_.outputs);
  const auto node = [&](std::uint32_t i) {
    return i < fixed ? static_cast<std::int32_t>(i) : genome.hidden[i - fixed];
  };
  const bool recurrent = settings_.recurrent && random.bernoulli(settings_.recurrent_share);
  for (int i = 0; i < kTries; ++i) {
    const std::int32_t from = node(random.below(fixed + hidden));
    const std::int32_t to =
        node(fixed - outputs + random.below(outputs + hidden));  // outputs are the last fixed ones
    if (has_link(genome, from, to)) continue;
    if (neat_leads(genome, to, from) != recurrent) continue;
    insert(genome, {innovations.link(from, to, recurrent), from, to, first_weight(random), true,
                    recurrent});
    return true;
  }
  return false;
}

NeatGenome NeatOperators::cross(const NeatGenome& fitter, const NeatGenome& other,
                                Random& random) const {
  NeatGenome child = fitter;
  const bool average = random.bernoulli(kAverage);
  std::size_t j = 0;
  for (NeatLink& link : child.links) {
    while (j < other.links.size() && other.links[j].innovation < link.innovation) ++j;
    bool disabled = !link.enabled;
    if (j < other.links.size() && other.links[j].innovation == link.innovation) {
      const NeatLink& match = other.links[j];
      if (average)
        link.weight = (link.weight + match.weight) / 2;
      else if (random.bernoulli(0.5))
        link.weight = match.weight;
      disabled = disabled || !match.enabled;
    }
    link.enabled = !(disabled && random.bernoulli(kStaysDisabled));
  }
  return child;
}

double neat_distance(const NeatGenome& a, const NeatGenome& b, const NeatDistance& coefficients) {
  std::size_t i = 0, j = 0, matching = 0, others = 0;
  double difference = 0;
  while (i < a.links.size() && j < b.links.size()) {
    const NeatLink &x = a.links[i], &y = b.links[j];
    if (x.innovation == y.innovation) {
      difference += std::abs(static_cast<double>(x.weight) - static_cast<double>(y.weight));
      ++matching, ++i, ++j;
    } else {
      ++others;
      ++(x.innovation < y.innovation ? i : j);
    }
  }
  others += a.links.size() - i + b.links.size() - j;
  const std::size_t larger = std::max(a.links.size(), b.links.size());
  const double n = larger < kSmallGenome ? 1 : static_cast<double>(larger);
  return coefficients.disjoint * static_cast<double>(others) / n +
         coefficients.weights * (matching > 0 ? difference / static_cast<double>(matching) : 0);
}

bool neat_leads(const NeatGenome& genome, std::int32_t from, std::int32_t to) {
  if (from == to) return true;
  std::vector<std::int32_t> open{from}, seen{from};
  while (!open.empty()) {
    const std::int32_t at = open.back();
    open.pop_back();
    for (const NeatLink& l : genome.links) {
      if (l.recurrent || l.from != at) continue;
      if (l.to == to) return true;
      if (std::find(seen.begin(), seen.end(), l.to) != seen.end()) continue;
      seen.push_back(l.to);
      open.push_back(l.to);
    }
  }
  return false;
}

}  // namespace sandlot
