// Small number formats in plain arithmetic; what is decoded often comes from tables.
#include <cmath>
#include <vector>

#include "../gpu.h"

namespace emulator
{

static float decode_half(u32 bits)
{
    u32 exponent = bits >> 10 & 31, mantissa = bits & 1023;
    float magnitude = exponent == 31 ? (mantissa != 0 ? NAN : INFINITY)
        : exponent == 0              ? std::ldexp(static_cast<float>(mantissa), -24)
                                     : std::ldexp(static_cast<float>(1024 + mantissa), static_cast<int>(exponent) - 25);
    return bits >> 15 != 0 ? -magnitude : magnitude;
}

static std::vector<float> decode_halves()
{
    std::vector<float> values(65536);
    for (u32 bits = 0; bits < values.size(); bits++)
    {
        values[bits] = decode_half(bits);
    }
    return values;
}

float half_value(u16 bits)
{
    static const std::vector<float> values = decode_halves();
    return values[bits];
}

u16 half_bits(float value)
{
    u16 sign = std::signbit(value) ? 0x8000 : 0;
    float magnitude = std::fabs(value);
    if (std::isnan(value))
    {
        return 0x7FFF;
    }
    if (magnitude >= 65520) // half way from the largest one to what would follow
    {
        return static_cast<u16>(sign | 0x7C00);
    }
    if (magnitude < 0x1p-14f)
    {
        return static_cast<u16>(sign | static_cast<u32>(std::nearbyint(magnitude * 0x1p24f)));
    }
    u32 bits = float_bits(magnitude);
    bits += 0xFFF + (bits >> 13 & 1);
    return static_cast<u16>(sign | ((bits >> 13) - (112 << 10)));
}

u8 e4m3_code(float value)
{
    if (std::isnan(value))
    {
        return 0x7F;
    }
    u8 sign = std::signbit(value) ? 0x80 : 0;
    float magnitude = std::fmin(std::fabs(value), 448.0f);
    if (magnitude < 0x1p-6f)
    {
        return static_cast<u8>(sign | static_cast<u32>(std::nearbyint(magnitude * 512)));
    }
    u32 bits = float_bits(magnitude);
    bits += 0x7FFFF + (bits >> 20 & 1);
    return static_cast<u8>(sign | ((bits >> 20) - (120 << 3)));
}

u16 e4m3_half(u32 code)
{
    u32 exponent = code >> 3 & 15, mantissa = code & 7, sign = (code & 0x80) << 8;
    if ((code & 0x7F) == 0x7F)
    {
        return 0x7FFF;
    }
    if (exponent != 0)
    {
        return static_cast<u16>(sign | (exponent + 8) << 10 | mantissa << 7);
    }
    return static_cast<u16>(sign | half_bits(static_cast<float>(mantissa) * 0x1p-9f));
}

} // namespace emulator
