// What a search has come to, generation by generation, for the report: fitness, species, and the
// line of mothers from which those that live descend.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/figure.h"

namespace sandlot {

class GenerationLog {
 public:
  // Some generations are left out once there are many, evenly: at most 1,024 are kept.
  void add(std::span<const double> fitness);
  // Of the generation added last: numbers of its species, and their members.
  void add_species(std::span<const std::int64_t> numbers, std::span<const std::int64_t> members);
  std::int64_t generations() const { return count_; }

  std::vector<Figure> figures() const;
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Member {
    std::int64_t species, members;
  };
  static constexpr std::size_t kFigures = 5;  // best, 90 %, median, mean, 10 %

  std::int64_t count_ = 0, every_ = 1;
  std::vector<std::int64_t> at_;      // of each one kept
  std::vector<double> fitness_;       // [kept, kFigures]
  std::vector<std::uint64_t> first_;  // of each one kept, where its species begin
  std::vector<Member> species_;
};

// Who descends from whom, as far as those that live do.
class Genealogy {
 public:
  struct Entry {
    std::int64_t number = 0, mother = -1, father = -1, born = 0;
    double fitness = 0;
    std::int64_t hidden = 0, links = 0;
  };
  // In order of number; one that is known already gets its new fitness.
  void add(const Entry& entry);
  // Forgets all but these and their mothers, mothers' mothers, and so on. Ascending.
  void keep(std::span<const std::int64_t> living);
  // The line of `champion`, and those of the others that live.
  Figure figure(std::int64_t champion) const;
  std::size_t size() const { return entries_.size(); }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::size_t place(std::int64_t number) const;  // size() where it is not known

  std::vector<Entry> entries_;  // by number
};

}  // namespace sandlot
