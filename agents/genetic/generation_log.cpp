#include "agents/genetic/generation_log.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

namespace sandlot {
namespace {

constexpr std::size_t kMostKept = 1024;
constexpr std::size_t kNamedSpecies = 24;  // of the stacked figure; the others are one series

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

void GenerationLog::add(std::span<const double> fitness) {
  const std::int64_t generation = count_++;
  if (generation % every_ != 0) return;
  if (at_.size() == kMostKept) {  // every second one goes
    every_ *= 2;
    GenerationLog thinner;
    for (std::size_t i = 0; i < at_.size(); i += 2) {
      thinner.at_.push_back(at_[i]);
      thinner.fitness_.insert(thinner.fitness_.end(),
                              fitness_.begin() + static_cast<std::ptrdiff_t>(i * kFigures),
                              fitness_.begin() + static_cast<std::ptrdiff_t>((i + 1) * kFigures));
      thinner.first_.push_back(thinner.species_.size());
      const std::size_t end = i + 1 < first_.size() ? first_[i + 1] : species_.size();
      thinner.species_.insert(thinner.species_.end(),
                              species_.begin() + static_cast<std::ptrdiff_t>(first_[i]),
                              species_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    at_.swap(thinner.at_);
    fitness_.swap(thinner.fitness_);
    first_.swap(thinner.first_);
    species_.swap(thinner.species_);
    if (generation % every_ != 0) return;
  }
  std::vector<double> sorted(fitness.begin(), fitness.end());
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (const double f : sorted) sum += f;
  at_.push_back(generation);
  first_.push_back(species_.size());
  for (const double v : {sorted.back(), quantile(sorted, 0.9), quantile(sorted, 0.5),
                         sum / static_cast<double>(sorted.size()), quantile(sorted, 0.1)})
    fitness_.push_back(v);
}

void GenerationLog::add_species(std::span<const std::int64_t> numbers,
                                std::span<const std::int64_t> members) {
  if (at_.empty() || at_.back() != count_ - 1) return;  // a generation that is left out
  for (std::size_t i = 0; i < numbers.size(); ++i) species_.push_back({numbers[i], members[i]});
}

std::vector<Figure> GenerationLog::figures() const {
  if (at_.size() < 2) return {};
  const std::vector<double> x(at_.begin(), at_.end());
  Figure fitness{.title = "Fitness",
                 .caption =
                     "Of each generation, as it was measured: the best, the 90 % quantile, "
                     "the median, the mean and the 10 % quantile.",
                 .x_label = "generation",
                 .y_label = "fitness",
                 .x = x};
  constexpr const char* names[] = {"best", "90 %", "median", "mean", "10 %"};
  for (std::size_t k = 0; k < kFigures; ++k) {
    fitness.series.push_back({names[k], {}});
    for (std::size_t i = 0; i < x.size(); ++i)
      fitness.series.back().y.push_back(fitness_[i * kFigures + k]);
  }
  std::vector<Figure> all{fitness};
  if (species_.empty()) return all;

  Figure species{.kind = Figure::Kind::stacked,
                 .title = "Species",
                 .caption =
                     "Members of each species, the oldest at the bottom; the small ones together, "
                     "in grey.",
                 .x_label = "generation",
                 .y_label = "individuals",
                 .x = x};
  std::map<std::int64_t, double> total;  // over all generations: the large ones are shown apart
  for (const Member& m : species_) total[m.species] += static_cast<double>(m.members);
  std::vector<double> sizes;
  for (const auto& [number, size] : total) sizes.push_back(size);
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const double least = sizes[std::min(sizes.size(), kNamedSpecies) - 1];
  std::map<std::int64_t, std::size_t> series;
  for (const auto& [number, size] : total)
    if (size >= least) {
      series[number] = species.series.size();
      species.series.push_back(
          {"species " + std::to_string(number), std::vector<double>(x.size())});
    }
  Figure::Series rest{"", std::vector<double>(x.size())};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t end = i + 1 < first_.size() ? first_[i + 1] : species_.size();
    for (std::size_t k = first_[i]; k < end; ++k) {
      const auto found = series.find(species_[k].species);
      auto& to = found == series.end() ? rest : species.series[found->second];
      to.y[i] += static_cast<double>(species_[k].members);
    }
  }
  if (series.size() < total.size()) species.series.push_back(rest);
  all.push_back(species);
  return all;
}

void GenerationLog::save(Writer& out) const {
  out.tag("generations");
  out.write(count_);
  out.write(every_);
  out.write(at_);
  out.write(fitness_);
  out.write(first_);
  out.write(species_);
}

void GenerationLog::load(Reader& in) {
  in.expect_tag("generations");
  in.read(count_);
  in.read(every_);
  in.read(at_);
  in.read(fitness_);
  in.read(first_);
  in.read(species_);
  if (count_ < 0 || every_ < 1 || at_.size() > kMostKept ||
      fitness_.size() != at_.size() * kFigures || first_.size() != at_.size())
    in.fail("the record of generations is not valid");
  for (std::size_t i = 0; i < first_.size(); ++i)
    if (first_[i] > species_.size() || (i > 0 && first_[i] < first_[i - 1]))
      in.fail("the record of species is not valid");
}

std::size_t Genealogy::place(std::int64_t number) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), number,
                                   [](const Entry& e, std::int64_t n) { return e.number < n; });
  return at != entries_.end() && at->number == number
             ? static_cast<std::size_t>(at - entries_.begin())
             : entries_.size();
}

void Genealogy::add(const Entry& entry) {
  const std::size_t at = place(entry.number);
  if (at < entries_.size())
    entries_[at].fitness = entry.fitness;
  else
    entries_.push_back(entry);
}

void Genealogy::keep(std::span<const std::int64_t> living) {
  std::vector<std::uint8_t> kept(entries_.size());
  for (const std::int64_t number : living)
    for (std::size_t at = place(number); at < entries_.size() && !kept[at];
         at = place(entries_[at].mother))
      kept[at] = 1;
  std::size_t to = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (kept[i]) entries_[to++] = entries_[i];
  entries_.resize(to);
}

Figure Genealogy::figure(std::int64_t champion) const {
  Figure figure{.kind = Figure::Kind::tree,
                .title = "Genealogy",
                .caption =
                    "The champion, all that live, and from whom they have their structure. "
                    "Of the champion's line the second parent is named too.",
                .x_label = "generation of birth",
                .y_label = "fitness"};
  std::vector<std::uint8_t> line(entries_.size());
  for (std::size_t at = place(champion); at < entries_.size(); at = place(entries_[at].mother))
    line[at] = 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& e = entries_[i];
    const std::size_t mother = place(e.mother);
    std::string label = (e.number == champion ? "champion " : "") + std::to_string(e.number) +
                        ": " + std::to_string(e.hidden) + " hidden nodes, " +
                        std::to_string(e.links) + " links";
    if (line[i] && e.father >= 0) label += ", with " + std::to_string(e.father);
    figure.points.push_back(
        {static_cast<double>(e.born),
         e.fitness,
         label,
         {mother < entries_.size() ? static_cast<std::int32_t>(mother) : -1, -1}});
  }
  return figure;
}

void Genealogy::save(Writer& out) const {
  out.tag("genealogy");
  out.write<std::uint64_t>(entries_.size());
  for (const Entry& e : entries_) {
    for (const auto n : {e.number, e.mother, e.father, e.born, e.hidden, e.links}) out.write(n);
    out.write(e.fitness);
  }
}

void Genealogy::load(Reader& in) {
  in.expect_tag("genealogy");
  entries_.assign(in.read_count(56), {});
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& e = entries_[i];
    for (auto* n : {&e.number, &e.mother, &e.father, &e.born, &e.hidden, &e.links}) in.read(*n);
    in.read(e.fitness);
    if ((i > 0 && e.number <= entries_[i - 1].number) || e.mother >= e.number ||
        !std::isfinite(e.fitness))
      in.fail("the genealogy is not valid");
  }
}

}  // namespace sandlot
