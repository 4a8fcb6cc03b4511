// Clusterer: finds groups among rows of numbers.
//
// Clusters are the numbers from 0 to clusters() − 1; kNoCluster, −1, is what belongs to none.
// Weights and refusals are those of Regressor; inputs are boxes, since a discrete input's numbers
// have no distances.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learners/facts.h"
#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/registry.h"

namespace sandlot {

inline constexpr std::int32_t kNoCluster = -1;

class Clusterer {
 public:
  virtual ~Clusterer() = default;

  const Space& input() const { return input_; }

  // Forgets what was learnt before; the same data give the same result. x [rows, input().size()],
  // weights [rows] or none.
  void fit(const MatrixView& x, std::span<const float> weights = {});
  // Goes on from what was learnt. Throws std::logic_error where facts() says that it cannot.
  void partial_fit(const MatrixView& x, std::span<const float> weights = {});
  bool fitted() const { return fitted_; }
  virtual int clusters() const = 0;
  // The cluster of each row, which need not be one that was learnt from; may be called by several
  // threads at once, as may what follows.
  std::vector<std::int32_t> predict(const MatrixView& x) const;
  // The same for one row, unchecked, where acting must be quick: x [input().size()].
  std::int32_t predict_row(std::span<const float> x) const { return do_predict_row(x.data()); }
  // [clusters(), input().size()]: the middle of each.
  virtual Matrix centres() const = 0;

  // Everything: what follows load() is the same as unbroken.
  void save(Writer& out) const;
  void load(Reader& in);

 protected:
  // Throws std::invalid_argument for a discrete input.
  explicit Clusterer(Space input);

  // What arrives here is checked: at least one row, each weight above 0.
  virtual void do_fit(const MatrixView& x, std::span<const float> weights) = 0;
  virtual void do_partial_fit(const MatrixView& x, std::span<const float> weights);
  virtual std::vector<std::int32_t> do_predict(const MatrixView& x) const;  // row by row
  virtual std::int32_t do_predict_row(const float* x) const = 0;
  virtual void do_save(Writer& out) const = 0;
  virtual void do_load(Reader& in) = 0;

  std::size_t columns() const { return input_.size(); }

 private:
  Space input_;
  bool fitted_ = false;
};

// What every clusterer refuses.
void check_box(const Space& input, Issues& issues);

// Archived rows, whose values must be finite.
void save_rows(std::span<const float> values, Writer& out);
std::vector<float> load_rows(Reader& in, std::size_t columns);

class ClustererFactory : public Component {
 public:
  static constexpr std::string_view kind = "clusterer";
  virtual LearnerFacts facts() const = 0;
  // The most clusters that it may find; 0 where its data alone tell.
  virtual int most_clusters() const = 0;
  // Refuses inputs that it cannot take.
  virtual void check(const Space& input, Issues& issues) const = 0;
  virtual std::unique_ptr<Clusterer> make(const Space& input, Seed seed) const = 0;
};

template <class C>
class TypedClustererFactory final : public ClustererFactory {
 public:
  typename C::Settings settings;

  LearnerFacts facts() const override { return C::kFacts; }
  int most_clusters() const override { return settings.most_clusters(); }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { check_box(input, issues); }
  std::unique_ptr<Clusterer> make(const Space& input, Seed seed) const override {
    return std::make_unique<C>(settings, input, seed);
  }
};

// C: `struct Settings` with fields(Fields&) and most_clusters(); kFacts; a constructor
// C(const Settings&, const Space&, Seed).
template <class C>
void add_clusterer(Registry& registry, std::string name, std::string help) {
  registry.add(ClustererFactory::kind, {std::move(name), std::move(help), [] {
                                          return std::make_unique<TypedClustererFactory<C>>();
                                        }});
}

}  // namespace sandlot
