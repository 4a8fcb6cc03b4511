#include "envs/go/sgf.h"

#include <iconv.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sandlot::go {
namespace {

constexpr std::size_t kLargestFile = 64u << 20;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t more = c < 0x80       ? 0
                             : c >> 5 == 6  ? 1
                             : c >> 4 == 14 ? 2
                             : c >> 3 == 30 ? 3
                                            : 9;
    if (more == 9 || i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    i += more + 1;
  }
  return true;
}

// Bytes that mean nothing in the character set become question marks.
std::string converted(std::string_view text, const std::string& charset) {
  const iconv_t converter = iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return "";
  std::string out;
  std::string input(text);
  char* from = input.data();
  std::size_t left = input.size();
  char buffer[4096];
  while (left > 0) {
    char* to = buffer;
    std::size_t room = sizeof buffer;
    const std::size_t result = iconv(converter, &from, &left, &to, &room);
    out.append(buffer, sizeof buffer - room);
    if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    out += '?';
    ++from;
    --left;
  }
  iconv_close(converter);
  return out;
}

// As the file's first CA says; without one the standard says Latin 1, but most files mean UTF-8.
std::string in_utf8(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) return converted(text.substr(3), "UTF-8");
  std::string charset;
  auto at = text.find("CA[");
  // The end of a longer name is another property.
  while (at != std::string_view::npos && at > 0 &&
         (std::isupper(static_cast<unsigned char>(text[at - 1])) ||
          std::isdigit(static_cast<unsigned char>(text[at - 1]))))
    at = text.find("CA[", at + 1);
  if (at != std::string_view::npos)
    if (const auto end = text.find(']', at); end != std::string_view::npos && end - at < 40)
      charset = text.substr(at + 3, end - at - 3);
  while (!charset.empty() && is_space(charset.back())) charset.pop_back();
  if (charset.empty()) charset = is_utf8(text) ? "UTF-8" : "ISO-8859-1";
  std::string out = converted(text, charset);
  // A character set that nobody knows: what is no ASCII is lost, the game is not.
  return out.empty() && !text.empty() ? converted(text, "ISO-8859-1") : out;
}

class Parser {
 public:
  Parser(std::string text, std::string source)
      : text_(std::move(text)), source_(std::move(source)) {}

  std::vector<SgfTree> parse() {
    std::vector<SgfTree> trees;
    // Games begin with "(;"; what stands before is for people.
    while (to_game()) trees.push_back(game());
    if (trees.empty()) {
      at_ = std::min(at_, text_.size());
      fail("no game is there; expected '(;'");
    }
    return trees;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    std::size_t line = 1, column = 1;
    for (std::size_t i = 0; i < std::min(at_, text_.size()); ++i) {
      ++column;
      if (text_[i] == '\n') ++line, column = 1;
    }
    throw SgfError(source_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                   what);
  }
  bool more() const { return at_ < text_.size(); }
  void spaces() {
    while (more() && is_space(text_[at_])) ++at_;
  }
  bool to_game() {
    for (; more(); ++at_) {
      if (text_[at_] != '(') continue;
      std::size_t next = at_ + 1;
      while (next < text_.size() && is_space(text_[next])) ++next;
      if (next < text_.size() && text_[next] == ';') return true;
    }
    return false;
  }

  SgfTree game() {
    SgfTree tree;
    std::vector<int> starts;  // the node before each open bracket; −1 for the game's own
    int before = -1;
    while (more()) {
      spaces();
      if (!more()) break;
      const char c = text_[at_];
      if (c == '(') {
        if (!starts.empty() && before < 0) fail("a variation before the first node");
        ++at_;
        starts.push_back(before);
        spaces();
        if (more() && text_[at_] != ';') fail("expected ';' after '('");
      } else if (c == ')') {
        ++at_;
        before = starts.back();
        starts.pop_back();
        if (starts.empty()) return tree;
      } else if (c == ';') {
        ++at_;
        const int index = static_cast<int>(tree.nodes.size());
        tree.nodes.push_back(node());
        if (before >= 0) tree.nodes[static_cast<std::size_t>(before)].children.push_back(index);
        before = index;
      } else {
        fail(std::string("expected ';', '(' or ')', not '") + c + "'");
      }
    }
    return tree;  // the file ends early; what is there counts
  }

  SgfNode node() {
    SgfNode node;
    for (spaces(); more() && std::isalpha(static_cast<unsigned char>(text_[at_])); spaces()) {
      SgfProperty property;
      // FF[3] and before: lower-case letters are for people.
      for (; more() && std::isalpha(static_cast<unsigned char>(text_[at_])); ++at_)
        if (!std::islower(static_cast<unsigned char>(text_[at_]))) property.name += text_[at_];
      spaces();
      if (!more() || text_[at_] != '[') fail("expected '[' after the property " + property.name);
      for (; more() && text_[at_] == '['; spaces()) property.values.push_back(value());
      if (property.name.empty()) continue;
      // Twice in a node is against the standard and in many files: values add up.
      const auto same = std::find_if(node.properties.begin(), node.properties.end(),
                                     [&](const auto& p) { return p.name == property.name; });
      if (same == node.properties.end())
        node.properties.push_back(std::move(property));
      else
        same->values.insert(same->values.end(), property.values.begin(), property.values.end());
    }
    return node;
  }

  std::string value() {
    const std::size_t begin = at_++;
    std::string out;
    while (more() && text_[at_] != ']') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
        continue;
      }
      if (++at_ >= text_.size()) break;
      if (text_[at_] == '\n' || text_[at_] == '\r') {  // a line broken for people only
        const char first = text_[at_++];
        if (more() && (text_[at_] == '\n' || text_[at_] == '\r') && text_[at_] != first) ++at_;
      } else {
        out += text_[at_++];
      }
    }
    if (!more()) {
      at_ = begin;
      fail("the value that begins here has no ']'");
    }
    ++at_;
    return out;
  }

  std::string text_, source_;
  std::size_t at_ = 0;
};

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// −1 for what is no point of the board.
Vertex point_of_sgf(std::string_view text, const Board& board) {
  if (text.size() != 2) return -1;
  const int column = text[0] - 'a', row = text[1] - 'a';
  if (column < 0 || row < 0 || column >= board.size() || row >= board.size()) return -1;
  return board.vertex(row, column);
}

std::string sgf_of_point(Vertex v, const Board& board) {
  if (v == kPass) return "";
  const int point = board.point_of(v);
  return {static_cast<char>('a' + point % board.size()),
          static_cast<char>('a' + point / board.size())};
}

[[noreturn]] void refuse(const std::string& what) { throw SgfError("SGF: " + what); }

// "aa" or a rectangle, "aa:cc".
std::vector<Vertex> points_of(const std::string& text, const Board& board) {
  const auto colon = text.find(':');
  const Vertex from = point_of_sgf(std::string_view(text).substr(0, colon), board);
  const Vertex to = colon == std::string::npos
                        ? from
                        : point_of_sgf(std::string_view(text).substr(colon + 1), board);
  if (from < 0 || to < 0)
    refuse("'" + text.substr(0, 40) + "' is no point of a board of " +
           std::to_string(board.size()));
  std::vector<Vertex> points;
  const int a = board.point_of(from), b = board.point_of(to), n = board.size();
  for (int row = a / n; row <= b / n; ++row)
    for (int column = a % n; column <= b % n; ++column) points.push_back(board.vertex(row, column));
  return points;
}

double number_of(const std::string& text, double otherwise) {
  std::string plain = text;
  std::replace(plain.begin(), plain.end(), ',', '.');
  char* end = nullptr;
  const double value = std::strtod(plain.c_str(), &end);
  return end == plain.c_str() || !std::isfinite(value) || std::abs(value) > 1e4 ? otherwise : value;
}

int size_of(const SgfNode& root) {
  const std::string text = root.first("SZ");
  if (text.empty()) return 19;
  const auto colon = text.find(':');
  const int columns = std::atoi(text.c_str());
  const int rows = colon == std::string::npos ? columns : std::atoi(text.c_str() + colon + 1);
  if (columns != rows || columns < kSmallest || columns > kLargest)
    refuse("the board SZ[" + text.substr(0, 20) + "]; expected " + std::to_string(kSmallest) +
           " to " + std::to_string(kLargest) + ", and square");
  return columns;
}

// Stones added and removed by a node. After the first move a new game starts from there.
void set_up(Game& game, const SgfNode& node, const Rules& rules) {
  const auto* black = node.find("AB");
  const auto* white = node.find("AW");
  const auto* empty = node.find("AE");
  if (black || white || empty) {
    std::vector<Color> stones(static_cast<std::size_t>(game.board().points()));
    for (int p = 0; p < game.board().points(); ++p)
      stones[static_cast<std::size_t>(p)] = game.board().at(game.board().vertex_of(p));
    const auto set = [&](const std::vector<std::string>* values, Color c) {
      if (!values) return;
      for (const auto& value : *values)
        for (const Vertex v : points_of(value, game.board()))
          stones[static_cast<std::size_t>(game.board().point_of(v))] = c;
    };
    set(empty, kEmpty);
    set(black, kBlack);
    set(white, kWhite);
    const Color next = game.to_move();
    const bool first = game.move_count() == 0 && game.setup().empty();
    game = Game(game.size(), rules);
    for (int p = 0; p < game.board().points(); ++p)
      if (const Color c = stones[static_cast<std::size_t>(p)]; c != kEmpty)
        if (!game.place(game.board().vertex_of(p), c))
          refuse("the stones that are set up leave some without liberties");
    // A handicap: Black has his stones, White moves.
    game.set_to_move(first && black && !white ? kWhite : next);
  }
  const std::string player = node.first("PL");
  if (player.starts_with("B") || player.starts_with("b")) game.set_to_move(kBlack);
  if (player.starts_with("W") || player.starts_with("w")) game.set_to_move(kWhite);
}

}  // namespace

const std::vector<std::string>* SgfNode::find(std::string_view name) const {
  for (const auto& p : properties)
    if (p.name == name) return &p.values;
  return nullptr;
}

std::string SgfNode::first(std::string_view name) const {
  const auto* values = find(name);
  return values && !values->empty() ? values->front() : "";
}

std::vector<int> SgfTree::main_line() const {
  std::vector<int> line;
  if (nodes.empty()) return line;
  line.push_back(0);
  while (!nodes[static_cast<std::size_t>(line.back())].children.empty())
    line.push_back(nodes[static_cast<std::size_t>(line.back())].children.front());
  return line;
}

std::vector<SgfTree> parse_sgf(std::string_view text, const std::string& source) {
  return Parser(in_utf8(text), source).parse();
}

std::vector<SgfTree> read_sgf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw SgfError(file.string() + ": cannot be read");
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (text.size() > kLargestFile) throw SgfError(file.string() + ": is larger than 64 MB");
  return parse_sgf(text, file.string());
}

std::string write_sgf(const SgfTree& tree) {
  std::string out = "(";
  // Nodes and, as −1, the brackets that close behind variations.
  std::vector<int> open{0};
  while (!open.empty() && !tree.nodes.empty()) {
    const int index = open.back();
    open.pop_back();
    if (index == -1) {
      out += ")";
      continue;
    }
    if (index == -2) {
      out += "\n(";
      continue;
    }
    const SgfNode& node = tree.nodes[static_cast<std::size_t>(index)];
    out += ";";
    for (const auto& property : node.properties) {
      out += property.name;
      for (const auto& value : property.values) out += "[" + escaped(value) + "]";
    }
    if (index == 0 || index % 10 == 0) out += "\n";
    if (node.children.size() == 1) {
      open.push_back(node.children.front());
    } else {
      for (auto child = node.children.rbegin(); child != node.children.rend(); ++child)
        open.insert(open.end(), {-1, *child, -2});
    }
  }
  return out + ")\n";
}

Game game_of(const SgfTree& tree, const Rules& given, int most_moves) {
  if (tree.nodes.empty()) refuse("a game without a node");
  const SgfNode& root = tree.nodes.front();
  Rules rules = given;
  rules.komi = number_of(root.first("KM"), given.komi);
  Game game(size_of(root), rules);
  for (const int index : tree.main_line()) {
    const SgfNode& node = tree.nodes[static_cast<std::size_t>(index)];
    set_up(game, node, rules);
    for (const auto& [name, color] : {std::pair{"B", kBlack}, std::pair{"W", kWhite}}) {
      const auto* values = node.find(name);
      if (!values || values->empty()) continue;
      if (game.move_count() >= most_moves) return game;
      const std::string& text = values->front();
      const bool pass = text.empty() || (text == "tt" && game.size() <= 19);
      const Vertex v = pass ? kPass : point_of_sgf(text, game.board());
      const std::string place = "move " + std::to_string(game.move_count() + 1) + ", " + name +
                                "[" + text.substr(0, 20) + "], ";
      if (v < 0) refuse(place + "is no point of a board of " + std::to_string(game.size()));
      if (!game.is_legal(v, color)) refuse(place + "is not legal");
      game.play(v, color);
    }
  }
  return game;
}

SgfTree tree_of(const Game& game, const SgfInfo& info) {
  SgfTree tree;
  SgfNode root;
  const auto add = [](SgfNode& node, std::string name, std::string value) {
    if (!value.empty()) node.properties.push_back({std::move(name), {std::move(value)}});
  };
  char komi[32];
  std::snprintf(komi, sizeof komi, "%g", game.rules().komi);
  add(root, "GM", "1");
  add(root, "FF", "4");
  add(root, "CA", "UTF-8");
  add(root, "AP", "Sandlot");
  add(root, "SZ", std::to_string(game.size()));
  add(root, "KM", komi);
  add(root, "RU",
      game.rules().superko == Superko::positional && game.rules().suicide ? "Tromp-Taylor"
                                                                          : "Area");
  add(root, "GN", info.name);
  add(root, "EV", info.event);
  add(root, "DT", info.date);
  add(root, "PB", info.black);
  add(root, "PW", info.white);
  add(root, "RE", info.result);
  SgfProperty black{"AB", {}}, white{"AW", {}};
  for (const Move& stone : game.setup())
    (stone.color == kBlack ? black : white)
        .values.push_back(sgf_of_point(stone.vertex, game.board()));
  if (white.values.empty() && black.values.size() >= 2)
    add(root, "HA", std::to_string(black.values.size()));
  if (!black.values.empty()) root.properties.push_back(black);
  if (!white.values.empty()) root.properties.push_back(white);
  if (!game.setup().empty()) {
    const Color first = game.move_count() > 0 ? game.move(0).color : game.to_move();
    add(root, "PL", first == kBlack ? "B" : "W");
  }
  tree.nodes.push_back(std::move(root));
  for (int i = 0; i < game.move_count(); ++i) {
    SgfNode node;
    const Move move = game.move(i);
    node.properties.push_back(
        {move.color == kBlack ? "B" : "W", {sgf_of_point(move.vertex, game.board())}});
    const auto k = static_cast<std::size_t>(i);
    if (k < info.comments.size()) add(node, "C", info.comments[k]);
    tree.nodes.back().children.push_back(i + 1);
    tree.nodes.push_back(std::move(node));
  }
  return tree;
}

std::string result_of(double score, Color resigned) {
  if (resigned != kEmpty) return resigned == kBlack ? "W+R" : "B+R";
  if (score == 0) return "0";
  char text[32];
  std::snprintf(text, sizeof text, "%s+%g", score > 0 ? "B" : "W", std::abs(score));
  return text;
}

}  // namespace sandlot::go
