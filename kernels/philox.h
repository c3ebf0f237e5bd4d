// Philox4x32-10 (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3"), as the CPU engine has it.
#pragma once

#include "gpu.h"

DEVICE u32 upper_product(u32 a, u32 b) { return static_cast<u32>(static_cast<u64>(a) * b >> 32); }

// A number in [0, 1) with 53 random bits, for one position of one row under one seed.
DEVICE double philox_uniform(u64 seed, u64 row_key, u64 position)
{
    u32 x0 = static_cast<u32>(row_key), x1 = static_cast<u32>(row_key >> 32);
    u32 x2 = static_cast<u32>(position), x3 = static_cast<u32>(position >> 32);
    u32 k0 = static_cast<u32>(seed), k1 = static_cast<u32>(seed >> 32);
    for (u32 round = 0; round < 10; round++)
    {
        u32 y0 = upper_product(0xCD9E8D57, x2) ^ x1 ^ k0;
        u32 y1 = 0xCD9E8D57 * x2;
        u32 y2 = upper_product(0xD2511F53, x0) ^ x3 ^ k1;
        u32 y3 = 0xD2511F53 * x0;
        x0 = y0;
        x1 = y1;
        x2 = y2;
        x3 = y3;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return static_cast<double>((static_cast<u64>(x1) << 32 | x0) >> 11) * (1.0 / 9007199254740992.0);
}
