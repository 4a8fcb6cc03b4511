#include "envs/city/osm_street.h"

namespace sandlot::city {
namespace {

constexpr float kNarrowest = 2.6f, kWidest = 4;  // m, of lanes
constexpr int kMostLanes = 8;                    // per direction

class StreetReader {
 public:
  StreetReader(bool left_hand, ImportReport& report) : left_hand_(left_hand), report_(report) {}

  PlanWay run(const OsmWay& way, const StreetClass& kind) {
    PlanWay s;
    s.id = way.id;
    s.kind = kind.kind;
    s.link = kind.link;
    s.name = tag_of(way.tags, "name");
    s.roundabout = one_of(tag_of(way.tags, "junction"), {"roundabout", "circular"});
    if (const auto layer = parse_count(tag_of(way.tags, "layer"), -5, 5))
      s.layer = *layer;
    else if (const auto tunnel = tag_of(way.tags, "tunnel"); !tunnel.empty() && tunnel != "no")
      s.layer = -1;
    else if (const auto bridge = tag_of(way.tags, "bridge"); !bridge.empty() && bridge != "no")
      s.layer = 1;
    const auto oneway = tag_of(way.tags, "oneway");
    const bool single = one_of(oneway, {"yes", "true", "1", "-1", "reverse"}) ||
                        ((kind.oneway || s.roundabout) && oneway != "no");
    read_lanes(way, kind, single, s);
    read_speeds(way, kind, s);
    read_width(way, kind, s);
    read_sides(way, single, s);
    return s;
  }

 private:
  void read_lanes(const OsmWay& way, const StreetClass& kind, bool single, PlanWay& s) {
    const auto count = [&](const char* key) -> int {
      const auto text = tag_of(way.tags, key);
      if (text.empty()) return 0;
      if (const auto lanes = parse_count(text, 1, 2 * kMostLanes)) return *lanes;
      report_.count("numbers of lanes that make no sense, ignored");
      return 0;
    };
    const auto marks = [&](const char* key) {
      const auto text = tag_of(way.tags, key);
      return text.empty() ? std::vector<std::uint8_t>{} : parse_turn_lanes(text);
    };
    const int all = count("lanes");
    int forward = count("lanes:forward"), backward = count("lanes:backward");
    s.forward_turns = marks("turn:lanes:forward");
    s.backward_turns = marks("turn:lanes:backward");
    if (single) {
      if (s.forward_turns.empty()) s.forward_turns = marks("turn:lanes");
      const int marked = static_cast<int>(s.forward_turns.size());
      s.forward = all > 0 ? all : forward > 0 ? forward : marked > 0 ? marked : kind.lanes;
      s.backward = 0;
      s.backward_turns.clear();
    } else {
      if (forward == 0) forward = static_cast<int>(s.forward_turns.size());
      if (backward == 0) backward = static_cast<int>(s.backward_turns.size());
      if (forward == 0 && backward == 0) {
        forward = all > 0 ? (all + 1) / 2 : kind.lanes;
        backward = all > 0 ? std::max(1, all / 2) : kind.lanes;
      }
      if (forward == 0) forward = all > backward ? all - backward : kind.lanes;
      if (backward == 0) backward = all > forward ? all - forward : kind.lanes;
      s.forward = forward;
      s.backward = backward;
    }
    s.forward = std::min(s.forward, kMostLanes);
    s.backward = std::min(s.backward, kMostLanes);
    const auto fit = [&](std::vector<std::uint8_t>& turns, int lanes) {
      if (turns.empty() || turns.size() == static_cast<std::size_t>(lanes)) return;
      report_.count("turn lanes that do not fit the number of lanes, ignored");
      turns.clear();
    };
    fit(s.forward_turns, s.forward);
    fit(s.backward_turns, s.backward);
  }

  void read_speeds(const OsmWay& way, const StreetClass& kind, PlanWay& s) {
    const auto speed = [&](const char* key, float otherwise) {
      const auto text = tag_of(way.tags, key);
      if (text.empty()) return otherwise;
      if (const auto value = parse_speed(text)) return *value;
      if (!one_of(text, {"signals", "variable"}))
        report_.count("speed limits that make no sense, ignored");
      return otherwise;
    };
    const float both = speed("maxspeed", kind.speed);
    s.forward_speed = speed("maxspeed:forward", both);
    s.backward_speed = speed("maxspeed:backward", both);
  }

  static void read_width(const OsmWay& way, const StreetClass& kind, PlanWay& s) {
    const int lanes = s.forward + s.backward;
    s.lane_width = kind.kind <= RoadClass::trunk      ? 3.5f
                   : kind.kind <= RoadClass::tertiary ? 3.25f
                   : kind.kind == RoadClass::service  ? 2.75f
                                                      : 3.0f;
    if (const auto width = parse_length(tag_of(way.tags, "width")))
      s.lane_width = std::clamp(*width / static_cast<float>(lanes), kNarrowest, kWidest);
  }

  // Pavements and parked cars, with habits where nothing is said.
  void read_sides(const OsmWay& way, bool single, PlanWay& s) const {
    const bool fast = s.kind == RoadClass::motorway || s.kind == RoadClass::trunk || s.link;
    const bool carriageway = single && s.kind <= RoadClass::tertiary;
    const bool kerb_only = s.roundabout || carriageway;
    s.sidewalk_left = !fast && !(kerb_only && !left_hand_);
    s.sidewalk_right = !fast && !(kerb_only && left_hand_);
    const auto side = tag_of(way.tags, "sidewalk"), both = tag_of(way.tags, "sidewalk:both");
    const auto left = tag_of(way.tags, "sidewalk:left"), right = tag_of(way.tags, "sidewalk:right");
    if (one_of(side, {"both", "left", "right"})) {
      s.sidewalk_left = side != "right";
      s.sidewalk_right = side != "left";
    } else if (one_of(side, {"no", "none"})) {
      s.sidewalk_left = s.sidewalk_right = false;
    }
    if (one_of(both, {"yes", "separate"})) s.sidewalk_left = s.sidewalk_right = true;
    if (both == "no") s.sidewalk_left = s.sidewalk_right = false;
    if (!left.empty()) s.sidewalk_left = left != "no";
    if (!right.empty()) s.sidewalk_right = right != "no";

    const auto parked = [&](const char* key) {
      return one_of(tag_of(way.tags, key), {"lane", "parallel", "diagonal", "perpendicular",
                                            "street_side", "on_street", "half_on_kerb", "yes"});
    };
    const bool here = parked("parking:both") || parked("parking:lane:both");
    s.parking_left = here || parked("parking:left") || parked("parking:lane:left");
    s.parking_right = here || parked("parking:right") || parked("parking:lane:right");
    bool said = false;
    for (const auto& [key, value] : way.tags) said = said || key.starts_with("parking:");
    if (!said && s.kind == RoadClass::residential)
      (left_hand_ ? s.parking_left : s.parking_right) = true;
    if (s.roundabout || s.layer != 0) s.parking_left = s.parking_right = false;
  }

  bool left_hand_;
  ImportReport& report_;
};

}  // namespace

PlanWay read_street(const OsmWay& way, const StreetClass& kind, bool left_hand_traffic,
                    ImportReport& report) {
  return StreetReader(left_hand_traffic, report).run(way, kind);
}

}  // namespace sandlot::city
