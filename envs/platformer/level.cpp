#include "envs/platformer/level.h"

#include <algorithm>
#include <optional>

#include "sim/core/archive.h"

namespace sandlot::platformer {
namespace {

constexpr std::string_view alphabet = "-XS?MQ<>[]oBbEkHVPF";

std::optional<Tile> tile_of(char c) {
  switch (c) {
    case 'X':
      return Tile::ground;
    case 'S':
      return Tile::breakable;
    case '?':
      return Tile::question;
    case 'M':
      return Tile::question_mushroom;
    case 'Q':
      return Tile::used;
    case '<':
      return Tile::pipe_top_left;
    case '>':
      return Tile::pipe_top_right;
    case '[':
      return Tile::pipe_left;
    case ']':
      return Tile::pipe_right;
    case 'o':
      return Tile::coin;
    case 'B':
      return Tile::cannon;
    case 'b':
      return Tile::cannon_base;
    case '-':
    case 'E':
    case 'k':
    case 'H':
    case 'V':
    case 'P':
    case 'F':
      return Tile::empty;
    default:
      return std::nullopt;
  }
}

std::string describe(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return std::string("'") + c + "'";
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("byte 0x") + digits[byte >> 4] + digits[byte & 15];
}

std::vector<std::string_view> split_rows(std::string_view text) {
  std::vector<std::string_view> rows;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view row = text.substr(0, end);
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    rows.push_back(row);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  while (!rows.empty() && rows.back().empty()) rows.pop_back();
  return rows;
}

struct Place {
  int column = 0;
  int row = 0;
};

// Turns rows of characters into a level; one object per text.
class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : rows_(split_rows(text)), name_(name) {
    level_->name = name;
  }

  std::shared_ptr<const Level> parse() {
    check_shape();
    read_tiles();
    read_platforms();
    fill_question_blocks();
    place_start();
    place_goal();
    std::stable_sort(level_->enemies.begin(), level_->enemies.end(),
                     [](const auto& a, const auto& b) { return a.column < b.column; });
    build_solids();
    return level_;
  }

 private:
  // `row` counts from the bottom, lines of the text from the top.
  [[noreturn]] void fail(int column, int row, std::string_view reason) const {
    throw LevelError(name_, level_->height - row, column + 1, reason);
  }
  char character(int column, int row) const {
    return rows_[static_cast<std::size_t>(level_->height - 1 - row)]
                [static_cast<std::size_t>(column)];
  }
  Tile& tile(int column, int row) {
    return level_->tiles[static_cast<std::size_t>(row) * static_cast<std::size_t>(level_->width) +
                         static_cast<std::size_t>(column)];
  }

  void check_shape() {
    if (rows_.empty() || rows_.front().empty()) throw LevelError(name_, 1, 1, "the level is empty");
    const std::size_t width = rows_.front().size();
    if (width > Level::max_width)
      throw LevelError(name_, 1, Level::max_width + 1,
                       "a level has at most " + std::to_string(Level::max_width) + " columns");
    if (rows_.size() > Level::max_height)
      throw LevelError(name_, Level::max_height + 1, 1,
                       "a level has at most " + std::to_string(Level::max_height) + " rows");
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (rows_[i].size() == width) continue;
      throw LevelError(name_, static_cast<int>(i) + 1,
                       static_cast<int>(std::min(width, rows_[i].size())) + 1,
                       "this row has " + std::to_string(rows_[i].size()) +
                           " tiles, the first has " + std::to_string(width));
    }
    level_->width = static_cast<int>(width);
    level_->height = static_cast<int>(rows_.size());
    level_->tiles.resize(width * rows_.size());
  }

  void read_tiles() {
    for (int row = level_->height - 1; row >= 0; --row) {
      for (int column = 0; column < level_->width; ++column) {
        const char c = character(column, row);
        const auto found = tile_of(c);
        if (!found)
          fail(column, row, "unknown tile " + describe(c) + "; known are " + std::string(alphabet));
        tile(column, row) = *found;
        if (c == 'E') level_->enemies.push_back({EnemyKind::slime, column, row});
        if (c == 'k') level_->enemies.push_back({EnemyKind::beetle, column, row});
        if (c == 'B') level_->cannons.push_back({column, row});
        if (c == 'P') set_once(start_, column, row, "start");
        if (c == 'F') set_once(goal_, column, row, "flag");
      }
    }
  }

  void set_once(std::optional<Place>& place, int column, int row, std::string_view what) const {
    if (place) fail(column, row, "a second " + std::string(what));
    place = Place{column, row};
  }

  void read_platforms() {
    for (int row = 0; row < level_->height; ++row) {
      for (int column = 0; column < level_->width; ++column) {
        const char c = character(column, row);
        if (c != 'H' && c != 'V') continue;
        if (level_->platforms.size() == Level::max_platforms)
          fail(column, row,
               "a level has at most " + std::to_string(Level::max_platforms) + " platforms");
        const int first = column;
        while (column + 1 < level_->width && character(column + 1, row) == c) ++column;
        level_->platforms.push_back({static_cast<float>(first), static_cast<float>(row + 1),
                                     static_cast<float>(column - first + 1), c == 'V'});
      }
    }
  }

  // The corpus does not say what a block holds: the second `?` from the left and every fifth after
  // it hold a mushroom, unless the level says it itself with `M`.
  void fill_question_blocks() {
    const auto& tiles = level_->tiles;
    if (std::find(tiles.begin(), tiles.end(), Tile::question_mushroom) != tiles.end()) return;
    int count = 0;
    for (int column = 0; column < level_->width; ++column)
      for (int row = 0; row < level_->height; ++row)
        if (tile(column, row) == Tile::question && count++ % 5 == 1)
          tile(column, row) = Tile::question_mushroom;
  }

  // The lowest row of a column where an agent can stand: solid below, room in it; −1: none.
  int surface(int column) {
    for (int row = 1; row < level_->height; ++row)
      if (is_solid(tile(column, row - 1)) && !is_solid(tile(column, row))) return row;
    return is_solid(tile(column, level_->height - 1)) ? level_->height : -1;
  }

  void place_start() {
    if (!start_) {
      for (int column = 0; column < level_->width && !start_; ++column)
        if (const int row = surface(column); row >= 0) start_ = Place{column, row};
      if (!start_) throw LevelError(name_, 1, 1, "there is no ground to stand on");
    } else {
      int row = start_->row;
      while (row > 0 && !is_solid(tile(start_->column, row - 1))) --row;
      if (row == 0) fail(start_->column, start_->row, "there is no ground below the start");
      start_->row = row;
    }
    level_->start_x = static_cast<float>(start_->column) + 0.5f;
    level_->start_y = static_cast<float>(start_->row);
  }

  // Without an F, the level is continued at the height of its last ground, and the flag stands
  // there.
  void place_goal() {
    if (!goal_) {
      int row = -1;
      int column = level_->width;
      while (row < 0) row = surface(--column);  // ends: place_start() found one, or P has ground
      append_columns(6, row);
      goal_ = Place{level_->width - 5, row};
    } else {
      if (goal_->column <= start_->column)
        fail(goal_->column, goal_->row, "the flag must stand to the right of the start");
      while (goal_->row > 0 && !is_solid(tile(goal_->column, goal_->row - 1))) --goal_->row;
    }
    level_->goal_x = static_cast<float>(goal_->column) + 0.5f;
    level_->goal_y = static_cast<float>(goal_->row);
  }

  void append_columns(int count, int ground) {
    const int width = level_->width + count;
    std::vector<Tile> tiles(static_cast<std::size_t>(width) *
                            static_cast<std::size_t>(level_->height));
    for (int row = 0; row < level_->height; ++row)
      for (int column = 0; column < width; ++column)
        tiles[static_cast<std::size_t>(row * width + column)] =
            column < level_->width ? tile(column, row)
                                   : (row < ground ? Tile::ground : Tile::empty);
    level_->tiles = std::move(tiles);
    level_->width = width;
  }

  // Joins tiles into few large boxes: runs in a row, then equal runs in rows above.
  void build_solids() {
    std::vector<std::uint8_t> done(level_->tiles.size());
    const auto index = [&](int column, int row) {
      return static_cast<std::size_t>(row * level_->width + column);
    };
    const auto free = [&](int column, int row) {
      const Tile t = tile(column, row);
      return is_solid(t) && !is_breakable(t) && done[index(column, row)] == 0;
    };
    std::vector<Box> boxes;
    for (int row = 0; row < level_->height; ++row) {
      for (int column = 0; column < level_->width; ++column) {
        if (!free(column, row)) continue;
        int end = column + 1;
        while (end < level_->width && free(end, row)) ++end;
        int top = row + 1;
        const auto row_free = [&](int r) {
          for (int c = column; c < end; ++c)
            if (!free(c, r)) return false;
          return true;
        };
        while (top < level_->height && row_free(top)) ++top;
        for (int r = row; r < top; ++r)
          for (int c = column; c < end; ++c) done[index(c, r)] = 1;
        boxes.push_back({static_cast<float>(column), static_cast<float>(row),
                         static_cast<float>(end), static_cast<float>(top)});
      }
    }
    level_->solids = std::make_unique<const Solids>(boxes);
  }

  std::vector<std::string_view> rows_;
  std::string_view name_;
  std::shared_ptr<Level> level_ = std::make_shared<Level>();
  std::optional<Place> start_;
  std::optional<Place> goal_;
};

}  // namespace

LevelError::LevelError(std::string_view name, int line_, int column_, std::string_view reason)
    : std::runtime_error(std::string(name) + ":" + std::to_string(line_) + ":" +
                         std::to_string(column_) + ": " + std::string(reason)),
      line(line_),
      column(column_) {}

std::shared_ptr<const Level> parse_level(std::string_view text, std::string_view name) {
  return Parser(text, name).parse();
}

std::shared_ptr<const Level> read_level(const std::string& path) {
  const auto bytes = read_file(path);
  return parse_level({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

}  // namespace sandlot::platformer
