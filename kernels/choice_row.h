// How one row chooses its next token.
#pragma once

#include "gpu.h"

struct ChoiceRow
{
    u64 seed;
    u64 row_key;
    double top_p;              // 1 keeps all
    float inverse_temperature; // 0 is greedy
    i32 top_k;                 // 0 keeps all
    i32 position;              // of the token to choose
    i32 slot;                  // of `chosen`, which receives the token
    float repetition;          // 1 is off
    float presence;
    float frequency;
    i32 penalty_start; // first of the row's tokens in penalty_tokens
    i32 penalty_count;
    i32 pending_slot; // a generated token that those do not count yet, because the host did not know it; -1 for none
};
