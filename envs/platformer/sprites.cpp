#include "envs/platformer/sprites.h"

#include <algorithm>

namespace sandlot::platformer {
namespace {

constexpr int cell_width = 16;
constexpr int cell_height = 32;
constexpr int cells_per_row = 16;

const Pixels fox_head = {
    "..k.......k.....", "..kk.....kok....", "..kok...kook....",
    "..kookkkkoook...", ".koooooooooook..", ".kooooooWkooWkk.",
    ".koowwoookoowwwk", "..kwwwwwwwwwwwkk", "...kkwwwwwwwkk..",
};
const Pixels fox_coat = {
    "...kttttttttk...", "..kttttttttttk..", "..ktttTttttttk..", ".ktttTttyttttok.",
    ".kottTttttttook.", "..kttTttyttttk..", "..kttTtttttttk..", "..kkTttttttttk..",
    "...kTTTTTTTTk...", "...kttttyttttk..", "..kttttttttttk..", "..ktttTttttttk..",
    ".kkttTttytttttk.", "kokkTTTTTTTTTk..", "kookkoooooookk..",
};
const Pixels fox_stand = {".kkttttttttk....", "kookottttotk....", "koowkoooooook...",
                          ".kwwkoowwoook...", "..kkkookkook....", "....kkk.kkkk...."};
const Pixels fox_step = {".kkttttttttk....", "kookottttotk....", "koowkoooooook...",
                         ".kwwkoowwooook..", "..kkookk.kookk..", "...kkk....kkkk.."};
const Pixels fox_stride = {".kkttttttttk....", "kookottttotk....", "koowkoooooook...",
                           ".kwwkoowwook....", "..kkkkookook....", ".....kkkkkk....."};
const Pixels fox_jump = {"kkkttttttttkk...", "ookottttottotk..", "oowkoooooooook..",
                         "kwwkoowwoookkk..", ".kkookk.kkook...", "..kkk.....kkk..."};

const Pixels slime_low = {"................", "................", "................",
                          "................", ".....kkkkkk.....", "...kkllggggkk...",
                          "..kllggggggggk..", ".klggWWgggWWggk.", ".kggWkWggWkWggk.",
                          "kgggWkWggWkWgggk", "kggggggggggggggk", "kGgggkkkkggggGGk",
                          "kGGggggggggggGGk", ".kkkkkkkkkkkkkk."};
const Pixels slime_high = {"................", "................", "......kkkk......",
                           "....kkllggkk....", "...kllgggggGk...", "..klgggggggggk..",
                           "..kgWWgggWWggk..", "..kWkWggWkWggk..", "..kWkWggWkWgGk..",
                           "..kggggggggggk..", ".kgggkkkkggggGk.", ".kGggggggggGGGk.",
                           ".kGGgggggggGGGk.", "..kkkkkkkkkkkk.."};
const Pixels slime_flat = {"................", "................", "................",
                           "................", "................", "................",
                           "................", "................", "................",
                           "................", "...kkkkkkkkkk...", ".kklgkggggkggkk.",
                           "kgggggggggggggGk", ".kkkkkkkkkkkkkk."};
const Pixels beetle_step = {"................", "...k......k.....", "....k....k......",
                            ".....kkkkkk.....", "...kkpppppPkk...", "..kppvpkpvppPk..",
                            ".kppvppkppvppPk.", ".kppvppkppvpPPk.", ".kpppppkpppPPPk.",
                            "kkkpPPPkPPPPPkk.", "kWkkkkkkkkkkkk..", "kkwwwwwwwwwwk...",
                            ".kkk.kkk.kkk....", ".kk...kk..kk...."};
const Pixels beetle_stride = {"................", "....k......k....", "....k.....k.....",
                              ".....kkkkkk.....", "...kkpppppPkk...", "..kppvpkpvppPk..",
                              ".kppvppkppvppPk.", ".kppvppkppvpPPk.", ".kpppppkpppPPPk.",
                              "kkkpPPPkPPPPPkk.", "kWkkkkkkkkkkkk..", "kkwwwwwwwwwwk...",
                              "..kkk.kkk.kkk...", "..kk..kk...kk..."};
const Pixels shell = {"................", "................", "................",
                      "................", ".....kkkkkk.....", "...kkpppppPkk...",
                      "..kppvpkpvppPk..", ".kppvppkppvppPk.", ".kppvppkppvpPPk.",
                      ".kpppppkpppPPPk.", "kkkpPPPkPPPPPkkk", "kwwkkkkkkkkkkwwk",
                      "kkwwwwwwwwwwwwkk", "..kkkkkkkkkkkk.."};
const Pixels mushroom = {"................", "......kkkk......", "....kkttttkk....",
                         "...ktWWttttTk...", "..kttWWtttttTk..", ".kttttttttWWtTk.",
                         ".ktWWttttWWWWTk.", "ktWWWWtttWWWtTTk", "kttWWtttttttTTTk",
                         ".kkkkkkkkkkkkkk.", "...kwwkwwkwwk...", "...kwwkwwkwwk...",
                         "...kwwwwwwwsk...", "....kkkkkkkk...."};
const Pixels bullet = {"................", "................", ".......kkkkkkkk.",
                       "....kkkNNNNNNkkk", "...kmmmNNNNNNkrk", "..kmnnmmNNNNNkrk",
                       ".kmWWkmNNNNNNkrk", ".kmWkkNNNNNNNkrk", ".kNNNNNNNNNNNkrk",
                       ".krrrNNNNNNNNkrk", "..kNrrNNNNNNNkrk", "...kNNNNNNNNNkrk",
                       "....kkkNNNNNNkkk", ".......kkkkkkkk."};
const Pixels coin_front = {"................", "................", ".....kkkkkk.....",
                           "....kyyyyyyk....", "...kyWWyyyyYk...", "..kyWyyyyyyyYk..",
                           "..kyWyYyyyyyYk..", "..kyyyYyyyyyYk..", "..kyyyYyyyyyYk..",
                           "..kyyyYyyyyyYk..", "..kyyyyyyyyyYk..", "...kyyyyyyyYk...",
                           "....kYYYYYYk....", ".....kkkkkk....."};
const Pixels coin_turning = {"................", "................", "......kkkk......",
                             ".....kyyyYk.....", ".....kyWyYk.....", "....kyWyyyYk....",
                             "....kyWyyyYk....", "....kyyyyyYk....", "....kyyyyyYk....",
                             "....kyyyyyYk....", "....kyyyyyYk....", ".....kyyyYk.....",
                             ".....kYYYYk.....", "......kkkk......"};
const Pixels coin_side = {"................", "................", ".......kk.......",
                          "......kyYk......", "......kWYk......", "......kWYk......",
                          "......kWYk......", "......kyYk......", "......kyYk......",
                          "......kyYk......", "......kyYk......", "......kyYk......",
                          "......kYYk......", ".......kk......."};
const Pixels tuft = {
    "................", "................", "................", "................",
    "................", "................", "................", "................",
    "................", "................", ".....g..........", ".g...gg..l...g..",
    ".gg..Gg.lg..gg..", "..gg.GggGg.gG...", "..GggGGgGggGg...", "...GgGGGGGgG...."};
const Pixels flower = {
    "................", "................", "................", "................",
    "................", "................", "................", "......WWW.......",
    ".....WWyWW......", ".....WyyyW......", ".....WWyWW..g...", "......WWW..gg...",
    ".......G..gG....", "...gg..G.gG.....", "....gG.GGG......", ".....GGGG......."};

Pixels small_fox(const Pixels& body) {
  Pixels all = fox_head;
  all.insert(all.end(), body.begin(), body.end());
  return all;
}

// The same legs under a long coat.
Pixels big_fox(const Pixels& body) {
  Pixels all = fox_head;
  all.insert(all.end(), fox_coat.begin(), fox_coat.end());
  all.insert(all.end(), body.begin() + 2, body.end());
  return all;
}

Image make_sheet() {
  Image sheet;
  sheet.width = cell_width * cells_per_row;
  sheet.height = cell_height * ((art_count + cells_per_row - 1) / cells_per_row);
  sheet.rgba.resize(static_cast<std::size_t>(sheet.width * sheet.height) * 4);
  for (int i = 0; i < art_count; ++i) {
    const Art art = static_cast<Art>(i);
    const Sprite part = sprite(art);
    const Pixels rows = creature_pixels(art);
    for (int y = 0; y < part.height; ++y) {
      for (int x = 0; x < part.width; ++x) {
        const Color c =
            rows.empty() ? tile_pixel(art, x, y)
                         : palette(rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)]);
        const int at = ((part.y + y) * sheet.width + part.x + x) * 4;
        auto* pixel = sheet.rgba.data() + at;
        pixel[0] = c.r;
        pixel[1] = c.g;
        pixel[2] = c.b;
        pixel[3] = c.a;
      }
    }
  }
  return sheet;
}

}  // namespace

Color palette(char letter) {
  switch (letter) {
    case 'k':
      return Color::hex(0x2b1b2e);
    case 'o':
      return Color::hex(0xf0853a);
    case 'w':
      return Color::hex(0xfff1dc);
    case 'W':
      return Color::hex(0xffffff);
    case 't':
      return Color::hex(0x2fb3a6);
    case 'T':
      return Color::hex(0x1b7479);
    case 'y':
      return Color::hex(0xffd84a);
    case 'Y':
      return Color::hex(0xe09a2c);
    case 'g':
      return Color::hex(0x6ccf5a);
    case 'G':
      return Color::hex(0x35964f);
    case 'l':
      return Color::hex(0xc6f59a);
    case 'p':
      return Color::hex(0x8f62d8);
    case 'P':
      return Color::hex(0x5a3aa0);
    case 'v':
      return Color::hex(0xc9a8ff);
    case 'r':
      return Color::hex(0xe5533f);
    case 's':
      return Color::hex(0xd9b98f);
    case 'n':
      return Color::hex(0x9aa3ba);
    case 'm':
      return Color::hex(0x626b86);
    case 'N':
      return Color::hex(0x3a4058);
    default:
      return {0, 0, 0, 0};
  }
}

Pixels creature_pixels(Art art) {
  switch (art) {
    case Art::fox_stand:
      return small_fox(fox_stand);
    case Art::fox_step:
      return small_fox(fox_step);
    case Art::fox_stride:
      return small_fox(fox_stride);
    case Art::fox_jump:
      return small_fox(fox_jump);
    case Art::big_fox_stand:
      return big_fox(fox_stand);
    case Art::big_fox_step:
      return big_fox(fox_step);
    case Art::big_fox_stride:
      return big_fox(fox_stride);
    case Art::big_fox_jump:
      return big_fox(fox_jump);
    case Art::slime_low:
      return slime_low;
    case Art::slime_high:
      return slime_high;
    case Art::slime_flat:
      return slime_flat;
    case Art::beetle_step:
      return beetle_step;
    case Art::beetle_stride:
      return beetle_stride;
    case Art::shell:
      return shell;
    case Art::mushroom:
      return mushroom;
    case Art::bullet:
      return bullet;
    case Art::coin_front:
      return coin_front;
    case Art::coin_turning:
      return coin_turning;
    case Art::coin_side:
      return coin_side;
    case Art::tuft:
      return tuft;
    case Art::flower:
      return flower;
    default:
      return {};
  }
}

Sprite sprite(Art art) {
  const int i = static_cast<int>(art);
  static const std::vector<int> heights = [] {
    std::vector<int> all;
    for (int k = 0; k < art_count; ++k) {
      const auto rows = creature_pixels(static_cast<Art>(k)).size();
      all.push_back(rows == 0 ? 16 : static_cast<int>(rows));
    }
    return all;
  }();
  return {i % cells_per_row * cell_width, i / cells_per_row * cell_height, 16,
          heights[static_cast<std::size_t>(i)]};
}

const Image& sprite_sheet() {
  static const Image sheet = make_sheet();
  return sheet;
}

}  // namespace sandlot::platformer
