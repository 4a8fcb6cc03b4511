#include "sim/experiment/explanation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "learners/associate/rules.h"
#include "learners/classical/tree_learners.h"
#include "learners/cluster/k_means.h"
#include "learners/cluster/scores.h"
#include "learners/decompose/latent_dirichlet.h"
#include "learners/decompose/projection.h"
#include "learners/decompose/tsne.h"
#include "learners/standardizer.h"
#include "sim/experiment/chart.h"

namespace sandlot {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Space box_of(const Matrix& x) {
  return Space::box({static_cast<int>(x.cols())}, -kInfinity, kInfinity);
}

std::vector<Eigen::Index> all_rows(Eigen::Index count) {
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), Eigen::Index{0});
  return rows;
}

Standardizer standardizer_of(const Matrix& x) {
  Standardizer standardizer(static_cast<std::size_t>(x.cols()));
  standardizer.fit(x, std::vector<float>(static_cast<std::size_t>(x.rows()), 1.0f),
                   all_rows(x.rows()));
  return standardizer;
}

// Few numbers that hold most of the variance: what clusters and maps are made from.
Matrix compact(const Matrix& x, int most, Seed seed) {
  const int components = static_cast<int>(
      std::min<Eigen::Index>({most, x.cols(), std::max<Eigen::Index>(1, x.rows() - 1)}));
  if (x.cols() <= components) return x;
  Pca::Settings settings;
  settings.components = components;
  settings.method = SpectrumMethod::randomized;
  Pca pca(settings, box_of(x), seed);
  pca.fit(x);
  return pca.transform(x);
}

std::vector<std::int32_t> group(const Matrix& x, int clusters, Seed seed) {
  KMeansSettings settings;
  settings.clusters = clusters;
  settings.restarts = 5;
  KMeans model(settings, box_of(x), seed);
  model.fit(x);
  return model.predict(x);
}

// As many groups as the silhouette says, at most `most`.
std::vector<std::int32_t> natural_groups(const Matrix& x, int most, Seed seed) {
  std::vector<std::int32_t> best(static_cast<std::size_t>(x.rows()), 0);
  double score = 0.25;  // below that there is no structure to speak of (Kaufman & Rousseeuw 1990)
  for (int clusters = 2; clusters <= std::min<int>(most, static_cast<int>(x.rows()) - 1);
       ++clusters) {
    auto labels = group(x, clusters, seed);
    if (std::set<std::int32_t>(labels.begin(), labels.end()).size() < 2) continue;
    const double found = silhouette(x, labels);
    if (found <= score) continue;
    score = found;
    best = std::move(labels);
  }
  return best;
}

// How episodes end is an event as well, unless the world has an event that says the same.
struct Vocabulary {
  std::vector<std::string> names;
  int failed, reached, cut_off;
  bool reached_is_said = false;

  explicit Vocabulary(const Experience& e) : names(e.event_names) {
    const auto add = [&](const char* name) {
      names.emplace_back(name);
      return static_cast<int>(names.size()) - 1;
    };
    failed = add(e.spec.has_goal ? "failed" : "ended");
    reached = add("goal reached");
    cut_off = add("cut off");
    for (int event = 0; event < static_cast<int>(e.event_names.size()); ++event)
      reached_is_said = reached_is_said || says_reached(e, event);
  }
  // Happens in the last step of all episodes that reach the goal, and at no other time.
  bool says_reached(const Experience& e, int event) const {
    for (std::size_t i = 0; i < e.episodes.size(); ++i) {
      bool said = false;
      for (const Happening& h : e.happenings[i]) {
        if (h.event != event) continue;
        if (h.step != e.episodes[i].length) return false;
        said = true;
      }
      if (said != (end_of(e, i) == reached)) return false;
    }
    return true;
  }
  int end_of(const Experience& e, std::size_t episode) const {
    if (e.failed(episode)) return failed;
    return e.episodes[episode].status == Status::truncated ? cut_off : reached;
  }
};

bool is_part(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

std::vector<EventRule> find_rules(const Experience& e, const ExplainSettings& settings) {
  constexpr std::size_t kMost = 16;
  const Vocabulary words(e);
  std::vector<ItemSequence> sequences;
  for (std::size_t i = 0; i < e.episodes.size(); ++i) {
    ItemSequence s;
    for (const Happening& h : e.happenings[i])
      s.push_back({static_cast<double>(h.step), static_cast<Item>(h.event)});
    // Half a step later: what happens in the last step comes before the end.
    const int end = words.end_of(e, i);
    if (end != words.reached || !words.reached_is_said)
      s.push_back({static_cast<double>(e.episodes[i].length) + 0.5, end});
    sequences.push_back(std::move(s));
  }
  SequenceRuleSettings rules;
  rules.window = static_cast<double>(settings.window) + 0.5;
  rules.min_support = 0.002;
  rules.min_confidence = 0.2;
  rules.min_lift = 1.3;
  rules.max_items = 3;
  std::vector<EventRule> found;
  for (const Rule& rule : sequence_rules(sequences, rules)) {
    if (rule.count < 5) continue;
    EventRule r;
    for (const Item item : rule.before)
      r.before.push_back(words.names[static_cast<std::size_t>(item)]);
    std::sort(r.before.begin(), r.before.end());
    r.after = words.names[static_cast<std::size_t>(rule.after[0])];
    r.count = rule.count;
    r.confidence = rule.confidence;
    r.lift = rule.lift;
    found.push_back(std::move(r));
  }
  // A longer rule must say more than a shorter one.
  std::vector<EventRule> kept;
  for (const EventRule& rule : found) {
    const bool said = std::any_of(found.begin(), found.end(), [&](const EventRule& other) {
      return other.after == rule.after && other.before.size() < rule.before.size() &&
             is_part(other.before, rule.before) && other.lift >= 0.9 * rule.lift;
    });
    if (!said) kept.push_back(rule);
  }
  // Those about how episodes end first: they are what people ask for.
  std::stable_partition(kept.begin(), kept.end(), [&](const EventRule& rule) {
    return rule.after == words.names[static_cast<std::size_t>(words.failed)];
  });
  if (kept.size() > kMost) kept.resize(kMost);
  return kept;
}

std::vector<EpisodeTopic> find_topics(const Experience& e, Seed seed) {
  const auto kinds = static_cast<Eigen::Index>(e.event_names.size());
  const auto episodes = static_cast<Eigen::Index>(e.episodes.size());
  if (kinds < 3 || episodes < 10) return {};
  Matrix counts = Matrix::Zero(episodes, kinds);
  for (Eigen::Index i = 0; i < episodes; ++i)
    for (const Happening& h : e.happenings[static_cast<std::size_t>(i)]) counts(i, h.event) += 1;
  LatentDirichletSettings settings;
  settings.topics = static_cast<int>(std::min<Eigen::Index>(4, kinds - 1));
  settings.passes = 50;
  settings.document_prior = 0.1;
  settings.word_prior = 0.1;
  LatentDirichlet model(settings, box_of(counts), seed);
  model.fit(counts);
  const RowMatrixXd words = model.topics();
  const Matrix shares = model.transform(counts);
  std::vector<EpisodeTopic> topics(static_cast<std::size_t>(settings.topics));
  for (std::size_t t = 0; t < topics.size(); ++t) {
    for (Eigen::Index word = 0; word < kinds; ++word)
      if (words(static_cast<Eigen::Index>(t), word) >= 0.05)
        topics[t].events.emplace_back(e.event_names[static_cast<std::size_t>(word)],
                                      words(static_cast<Eigen::Index>(t), word));
    std::sort(topics[t].events.begin(), topics[t].events.end(),
              [](const auto& a, const auto& b) { return a.second > b.second; });
  }
  for (Eigen::Index i = 0; i < episodes; ++i) {
    Eigen::Index most = 0;
    shares.row(i).maxCoeff(&most);
    EpisodeTopic& topic = topics[static_cast<std::size_t>(most)];
    ++topic.episodes;
    topic.mean_return += e.episodes[static_cast<std::size_t>(i)].episode_return;
  }
  std::erase_if(topics, [](const EpisodeTopic& topic) { return topic.episodes == 0; });
  for (EpisodeTopic& topic : topics) topic.mean_return /= static_cast<double>(topic.episodes);
  std::sort(topics.begin(), topics.end(),
            [](const EpisodeTopic& a, const EpisodeTopic& b) { return a.episodes > b.episodes; });
  return topics;
}

// The row nearest to the mean of some.
std::size_t middle_of(const Matrix& x, const std::vector<std::size_t>& rows) {
  Eigen::RowVectorXf mean = Eigen::RowVectorXf::Zero(x.cols());
  for (const auto row : rows) mean += x.row(static_cast<Eigen::Index>(row));
  mean /= static_cast<float>(rows.size());
  return *std::min_element(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return (x.row(static_cast<Eigen::Index>(a)) - mean).squaredNorm() <
           (x.row(static_cast<Eigen::Index>(b)) - mean).squaredNorm();
  });
}

std::vector<std::string> last_events(const Experience& e, const std::vector<int>& episodes) {
  std::map<int, std::size_t> counts;
  for (const int episode : episodes) {
    const auto i = static_cast<std::size_t>(episode);
    std::set<int> here;
    for (const Happening& h : e.happenings[i])
      if (h.step == e.episodes[i].length) here.insert(h.event);
    for (const int event : here) ++counts[event];
  }
  std::vector<std::string> names;
  for (const auto& [event, count] : counts)
    if (2 * count >= episodes.size())
      names.push_back(e.event_names[static_cast<std::size_t>(event)]);
  return names;
}

std::vector<EndingGroup> find_endings(const Experience& e, Seed seed) {
  constexpr int kMostGroups = 6;
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < e.episodes.size(); ++i)
    if (e.failed(i)) rows.push_back(static_cast<Eigen::Index>(i));
  if (rows.empty()) return {};
  Matrix x = e.endings(rows, Eigen::all);
  if (!e.spec.observation.is_discrete()) standardizer_of(e.states).apply(x);
  const Matrix few = compact(x, 8, seed);
  const auto labels = natural_groups(few, kMostGroups, seed);
  std::map<std::int32_t, std::vector<std::size_t>> members;
  for (std::size_t i = 0; i < labels.size(); ++i) members[labels[i]].push_back(i);
  std::vector<EndingGroup> groups;
  for (const auto& [label, some] : members) {
    EndingGroup g;
    for (const auto i : some) g.episodes.push_back(static_cast<int>(rows[i]));
    g.example = static_cast<int>(rows[middle_of(few, some)]);
    g.events = last_events(e, g.episodes);
    if (!e.spec.observation_names.empty()) {
      for (Eigen::Index c = 0; c < x.cols(); ++c) {
        double mean = 0;
        for (const auto i : some) mean += static_cast<double>(x(static_cast<Eigen::Index>(i), c));
        mean /= static_cast<double>(some.size());
        if (std::abs(mean) >= 0.75)
          g.traits.emplace_back(e.observation_name(static_cast<std::size_t>(c)), mean);
      }
      std::stable_sort(g.traits.begin(), g.traits.end(), [](const auto& a, const auto& b) {
        return std::abs(a.second) > std::abs(b.second);
      });
      if (g.traits.size() > 3) g.traits.resize(3);
    }
    groups.push_back(std::move(g));
  }
  std::stable_sort(groups.begin(), groups.end(), [](const EndingGroup& a, const EndingGroup& b) {
    return a.episodes.size() > b.episodes.size();
  });
  return groups;
}

// Nodes of a grown tree, with the shares of all states that come to each.
class TreeReader {
 public:
  TreeReader(const Experience& e, const FlatForest& forest, const Matrix& x)
      : e_(e), forest_(forest), x_(x) {}

  std::vector<SurrogateTree::Node> read() {
    std::vector<Eigen::Index> rows = all_rows(x_.rows());
    add(0, rows);
    return std::move(nodes_);
  }

 private:
  int add(std::size_t at, const std::vector<Eigen::Index>& rows) {
    const TreeNode& node = forest_.node(at);
    const auto here = static_cast<std::size_t>(nodes_.size());
    nodes_.emplace_back();
    nodes_[here].states = static_cast<double>(rows.size()) / static_cast<double>(x_.rows());
    std::map<std::int32_t, std::size_t> counts;
    for (const auto row : rows) ++counts[e_.visited[static_cast<std::size_t>(row)].action];
    for (const auto& [action, count] : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(rows.size());
      if (share <= nodes_[here].share) continue;
      nodes_[here].share = share;
      nodes_[here].action = action;
    }
    if (node.left == static_cast<std::int32_t>(at)) return static_cast<int>(here);
    const auto column = static_cast<Eigen::Index>(node.test >> 1);
    nodes_[here].question = e_.observation_name(static_cast<std::size_t>(column)) + " ≤ " +
                            short_number(static_cast<double>(node.threshold));
    std::vector<Eigen::Index> left, right;
    for (const auto row : rows) (x_(row, column) <= node.threshold ? left : right).push_back(row);
    const int yes = add(static_cast<std::size_t>(node.left), left);
    const int no = add(static_cast<std::size_t>(node.left) + 1, right);
    nodes_[here].yes = yes;
    nodes_[here].no = no;
    return static_cast<int>(here);
  }

  const Experience& e_;
  const FlatForest& forest_;
  const Matrix& x_;
  std::vector<SurrogateTree::Node> nodes_;
};

// Learnt from half of the episodes, measured on the others.
SurrogateTree imitate(const Experience& e, const ExplainSettings& settings, Seed seed) {
  SurrogateTree tree;
  if (!e.spec.action.is_discrete() || e.spec.observation.is_discrete() || e.episodes.size() < 4)
    return tree;
  std::vector<Eigen::Index> learnt, other;
  std::vector<std::int32_t> labels;
  std::map<std::int32_t, std::size_t> counts;
  for (std::size_t i = 0; i < e.visited.size(); ++i) {
    ++counts[e.visited[i].action];
    (e.visited[i].episode % 2 == 0 ? learnt : other).push_back(static_cast<Eigen::Index>(i));
    if (e.visited[i].episode % 2 == 0) labels.push_back(e.visited[i].action);
  }
  if (learnt.size() < 20 || other.empty()) return tree;
  ClassificationTreeSettings limits;
  limits.max_depth = settings.tree_depth;
  limits.min_samples_leaf = 5;
  TreeClassifier model(limits, box_of(e.states), e.spec.action.n, seed);
  model.fit(Matrix(e.states(learnt, Eigen::all)), labels);
  const auto guesses = model.predict(Matrix(e.states(other, Eigen::all)));
  double right = 0;
  for (std::size_t i = 0; i < other.size(); ++i)
    right += guesses[i] == e.visited[static_cast<std::size_t>(other[i])].action;
  tree.fidelity = right / static_cast<double>(other.size());
  std::size_t most = 0;
  for (const auto& [action, count] : counts) most = std::max(most, count);
  tree.baseline = static_cast<double>(most) / static_cast<double>(e.visited.size());
  tree.nodes = TreeReader(e, model.forest(), e.states).read();
  return tree;
}

// What the policy does in these states; of boxes the first number's sign would say too little, so
// that they are left out.
std::vector<std::int32_t> choices(Policy& policy, const Matrix& x, Seed seed) {
  std::vector<std::int32_t> actions(static_cast<std::size_t>(x.rows()));
  constexpr Eigen::Index kTogether = 64;
  Random random(seed);
  for (Eigen::Index first = 0; first < x.rows(); first += kTogether) {
    const Eigen::Index rows = std::min(kTogether, x.rows() - first);
    for (Eigen::Index row = 0; row < rows; ++row) policy.begin_episode(static_cast<int>(row));
    policy.act(
        static_cast<int>(rows), {x.row(first).data(), static_cast<std::size_t>(rows * x.cols())},
        {},
        std::span(actions).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(rows)),
        {}, random);
  }
  return actions;
}

// Groups of values: each its own, or the planes of a picture.
std::vector<std::pair<std::string, std::vector<Eigen::Index>>> value_groups(const Experience& e) {
  constexpr std::size_t kMostValues = 128;
  const std::size_t size = e.spec.observation.size();
  std::vector<std::pair<std::string, std::vector<Eigen::Index>>> groups;
  if (size <= kMostValues) {
    for (std::size_t i = 0; i < size; ++i)
      groups.emplace_back(e.observation_name(i), std::vector{static_cast<Eigen::Index>(i)});
    return groups;
  }
  if (e.spec.observation.shape.size() != 3) return groups;
  const auto planes = static_cast<std::size_t>(e.spec.observation.shape[0]);
  const std::size_t area = size / planes;
  for (std::size_t p = 0; p < planes; ++p) {
    groups.emplace_back("plane " + std::to_string(p), std::vector<Eigen::Index>());
    for (std::size_t i = 0; i < area; ++i)
      groups.back().second.push_back(static_cast<Eigen::Index>(p * area + i));
  }
  return groups;
}

std::vector<Influence> find_influences(const Experience& e, Policy& policy, Seed seed) {
  constexpr Eigen::Index kMostStates = 1000;
  std::vector<Influence> found;
  if (!e.spec.action.is_discrete() || e.spec.observation.is_discrete() || e.spec.masks_actions)
    return found;
  std::vector<Eigen::Index> rows;
  const Eigen::Index all = e.states.rows(), count = std::min(all, kMostStates);
  if (count < 2) return found;
  for (Eigen::Index i = 0; i < count; ++i) rows.push_back(i * all / count);
  const Matrix x = e.states(rows, Eigen::all);
  const auto before = choices(policy, x, seed);
  Random random(derive(seed, "permutation"));
  for (const auto& [name, columns] : value_groups(e)) {
    std::vector<Eigen::Index> order = all_rows(count);
    random.shuffle(order);
    Matrix mixed = x;
    for (const auto column : columns)
      for (Eigen::Index row = 0; row < count; ++row)
        mixed(row, column) = x(order[static_cast<std::size_t>(row)], column);
    const auto after = choices(policy, mixed, seed);
    double changed = 0;
    for (std::size_t i = 0; i < after.size(); ++i) changed += after[i] != before[i];
    found.push_back({name, changed / static_cast<double>(count)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Influence& a, const Influence& b) { return a.changed > b.changed; });
  return found;
}

}  // namespace

StateMap map_states(const Experience& e, std::int64_t states, Seed seed) {
  constexpr std::int64_t kLeast = 30;
  constexpr int kComponents = 30, kClusters = 8, kNear = 12;
  const auto all = static_cast<std::int64_t>(e.visited.size());
  const std::int64_t count = std::min(all, states);
  StateMap map;
  if (count < kLeast || e.spec.observation.is_discrete()) return map;
  std::vector<Eigen::Index> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(i * all / count);
  for (const auto row : rows) map.states.push_back(static_cast<std::size_t>(row));
  Matrix x = e.states(rows, Eigen::all);
  standardizer_of(x).apply(x);
  const Matrix few = compact(x, kComponents, seed);
  TsneSettings tsne_settings;
  tsne_settings.perplexity = std::min(30.0, (static_cast<double>(count) - 1) / 3.5);
  const TsneMap found = tsne(few, tsne_settings, seed);
  map.points = found.points;
  map.divergence = found.divergence;
  map.trustworthiness = trustworthiness(few, found.points, kNear);
  map.clusters = natural_groups(few, kClusters, seed);
  map.cluster_count = 1 + *std::max_element(map.clusters.begin(), map.clusters.end());
  return map;
}

Explanation explain(const Experience& experience, Policy& policy, const ExplainSettings& settings,
                    Seed seed) {
  Explanation e;
  e.rules = find_rules(experience, settings);
  e.topics = find_topics(experience, derive(seed, "topics"));
  e.endings = find_endings(experience, derive(seed, "endings"));
  e.map = map_states(experience, settings.map_states, derive(seed, "map"));
  e.tree = imitate(experience, settings, derive(seed, "tree"));
  e.influences = find_influences(experience, policy, derive(seed, "influences"));
  return e;
}

}  // namespace sandlot
