// The colours of the classic worlds' pictures.
#pragma once

#include "sim/core/scene.h"

namespace sandlot::classic::palette {

inline constexpr Color background = Color::hex(0xF4F1EA);
inline constexpr Color ink = Color::hex(0x2B2D42);
inline constexpr Color muted = Color::hex(0x8D92A5);
inline constexpr Color tile = Color::hex(0xFFFFFF);
inline constexpr Color board = Color::hex(0xE6E0D4);
inline constexpr Color shadow = Color::hex(0x2B2D42, 34);
inline constexpr Color wall = Color::hex(0x565A78);
inline constexpr Color wall_joint = Color::hex(0x454966);
inline constexpr Color lava_glow = Color::hex(0xFFB14A);
inline constexpr Color ice_edge = Color::hex(0xA9CFE3);
inline constexpr Color lava = Color::hex(0xE4572E);
inline constexpr Color water = Color::hex(0x1D5C8C);
inline constexpr Color ice = Color::hex(0xDCEFF8);
inline constexpr Color felt = Color::hex(0x1F6B4A);
inline constexpr Color felt_line = Color::hex(0x3C8A66);
inline constexpr Color card_red = Color::hex(0xC9302C);
inline constexpr Color card_back = Color::hex(0x2F4B8F);
inline constexpr Color depot_red = Color::hex(0xE4572E);
inline constexpr Color depot_green = Color::hex(0x2A9D6F);
inline constexpr Color depot_yellow = Color::hex(0xE9B824);
inline constexpr Color depot_blue = Color::hex(0x3D6FE0);
inline constexpr Color goal = Color::hex(0x2A9D6F);
inline constexpr Color agent = Color::hex(0x3D6FE0);
inline constexpr Color agent_dark = Color::hex(0x2A4FA8);
inline constexpr Color breeze = Color::hex(0xE9F1FD);
inline constexpr Color wind = Color::hex(0xD2E2FA);
inline constexpr Color amber = Color::hex(0xF4B942);
inline constexpr Color amber_dark = Color::hex(0xC98A1B);
inline constexpr Color taxi = Color::hex(0xF6C433);
inline constexpr Color passenger = Color::hex(0x8E5BC4);
inline constexpr Color skin = Color::hex(0xF0C9A4);
inline constexpr Color ground = Color::hex(0xE3DDD0);
inline constexpr Color sky = Color::hex(0xDDEBF5);
inline constexpr Color far_hill = Color::hex(0xB9D3DC);
inline constexpr Color hill = Color::hex(0x8DB48E);
inline constexpr Color grass = Color::hex(0x5C8F62);
inline constexpr Color window = Color::hex(0xD6E6FA);
inline constexpr Color night = Color::hex(0x0B1026);
inline constexpr Color dusk = Color::hex(0x4A4E86);
inline constexpr Color star = Color::hex(0xF3F1FF);
inline constexpr Color earth = Color::hex(0x4F8FE0);
inline constexpr Color earth_land = Color::hex(0x6FB58A);
inline constexpr Color moon = Color::hex(0x8A8A9C);
inline constexpr Color moon_far = Color::hex(0x3A3D5C);
inline constexpr Color moon_dark = Color::hex(0x63637A);
inline constexpr Color moon_light = Color::hex(0xC9C9D6);
inline constexpr Color cabin = Color::hex(0xE4E6EE);
inline constexpr Color cabin_shade = Color::hex(0xB7BBCB);
inline constexpr Color strut = Color::hex(0xC3C7D6);
inline constexpr Color strut_dark = Color::hex(0x3B3E54);
inline constexpr Color visor = Color::hex(0x5FC3E4);
inline constexpr Color lamp = Color::hex(0x6BE3A0);
inline constexpr Color plume = Color::hex(0xDCE6F5);
inline constexpr Color flame_core = Color::hex(0xFFF6D8);

}  // namespace sandlot::classic::palette
