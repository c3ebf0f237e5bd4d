// Tensor cores, and what brings operands into the form they want. With g = lane / 4 and c = lane % 4, a fragment's lane
// holds, two elements to a register:
//   A, 16 x 16: a[0] row g, columns 2c and 2c + 1; a[1] row g + 8; a[2] and a[3] the same rows, columns 8 further
//   B, 16 x 8:  b[0] rows 2c and 2c + 1, column g; b[1] rows 8 further
//   D, 16 x 8:  d[0] and d[1] row g, columns 2c and 2c + 1; d[2] and d[3] row g + 8
// All lanes of the warp take part.
#pragma once

// d += a b of F16.
DEVICE void mma_f16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2])
{
#if EMULATED
    emulator::multiply(d, a, b, emulator::Form::F16);
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// d += a b of BF16.
DEVICE void mma_bf16(float (&d)[4], const u32 (&a)[4], const u32 (&b)[2])
{
#if EMULATED
    emulator::multiply(d, a, b, emulator::Form::BF16);
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// Reads 8 x 8 matrices of 16-bit elements: lanes 8i to 8i + 7 say where the rows of matrix i begin, 16 bytes each. Lane
// (g, c) receives row g, columns 2c and 2c + 1 of each.
DEVICE void ldmatrix_x1(u32 (&r)[1], const void* row)
{
#if EMULATED
    emulator::load_matrices(r, 1, row, false);
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(r[0]) : "r"(shared_address(row)) : "memory");
#endif
}

DEVICE void ldmatrix_x2(u32 (&r)[2], const void* row)
{
#if EMULATED
    emulator::load_matrices(r, 2, row, false);
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(shared_address(row))
                 : "memory");
#endif
}

#if EMULATED
DEVICE void ldmatrix_x4(u32 (&r)[4], const void* row) { emulator::load_matrices(r, 4, row, false); }
#else
DEVICE void ldmatrix_x4(u32 (&r)[4], SharedAddress row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(row)
                 : "memory");
}

DEVICE void ldmatrix_x4(u32 (&r)[4], const void* row) { ldmatrix_x4(r, shared_address(row)); }
#endif

// The same of the transposed matrices: lane (g, c) receives column g, rows 2c and 2c + 1.
DEVICE void ldmatrix_x2_trans(u32 (&r)[2], const void* row)
{
#if EMULATED
    emulator::load_matrices(r, 2, row, true);
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(r[0]), "=r"(r[1])
                 : "r"(shared_address(row))
                 : "memory");
#endif
}

DEVICE void ldmatrix_x4_trans(u32 (&r)[4], const void* row)
{
#if EMULATED
    emulator::load_matrices(r, 4, row, true);
#else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
#endif
}

// Transposes an 8 x 8 matrix of 16-bit elements whose row g, columns 2c and 2c + 1 lane (g, c) holds.
DEVICE u32 movmatrix_trans(u32 value)
{
#if EMULATED
    return emulator::transpose(value);
#else
    u32 result;
    asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(result) : "r"(value));
    return result;
#endif
}
