using Iced.Intel;
using Op = Iced.Intel.Code;

namespace BatchLLM.Engine.Assembly;

/// <summary>Emits vector instructions by register number, in 256 bits for AVX2 or in 512 for AVX-512, so that one kernel is both.</summary>
/// <param name="code">Receives the instructions.</param>
/// <param name="isWide">True for 512 bits.</param>
internal sealed class VectorAssembler(Assembler code, bool isWide)
{
    /// <summary>Where instructions go.</summary>
    public Assembler Code => code;

    /// <summary>Bytes of a vector.</summary>
    public int Bytes => isWide ? 64 : 32;

    /// <summary>Vector registers that there are.</summary>
    public int RegisterCount => isWide ? 32 : 16;

    /// <summary>Loads a vector.</summary>
    public void Load(int target, MemoryOperand source) =>
        Emit(Instruction.Create(isWide ? Op.EVEX_Vmovups_zmm_k1z_zmmm512 : Op.VEX_Vmovups_ymm_ymmm256, V(target), source));

    /// <summary>Stores a vector.</summary>
    public void Store(MemoryOperand target, int source) =>
        Emit(Instruction.Create(isWide ? Op.EVEX_Vmovups_zmmm512_k1z_zmm : Op.VEX_Vmovups_ymmm256_ymm, target, V(source)));

    /// <summary>Sets a vector to zero.</summary>
    public void Clear(int target) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vpxord_zmm_k1z_zmm_zmmm512b32 : Op.VEX_Vpxor_ymm_ymm_ymmm256, V(target), V(target), V(target)));

    /// <summary>Repeats four bytes of memory in every lane.</summary>
    public void Broadcast(int target, MemoryOperand source) =>
        Emit(Instruction.Create(isWide ? Op.EVEX_Vbroadcastss_zmm_k1z_xmmm32 : Op.VEX_Vbroadcastss_ymm_m32, V(target), source));

    /// <summary>Repeats a constant in every lane; changes eax.</summary>
    public void Constant(int target, uint value)
    {
        code.mov(AssemblerRegisters.eax, value);
        if (isWide)
        {
            Emit(Instruction.Create(Op.EVEX_Vpbroadcastd_zmm_k1z_r32, V(target), Register.EAX));
            return;
        }

        var low = Register.XMM0 + target;
        Emit(Instruction.Create(Op.VEX_Vmovd_xmm_rm32, low, Register.EAX));
        Emit(Instruction.Create(Op.VEX_Vpbroadcastd_ymm_xmmm32, V(target), low));
    }

    /// <summary>target += x y, fused, in float32.</summary>
    public void MultiplyAdd(int target, int x, int y) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vfmadd231ps_zmm_k1z_zmm_zmmm512b32_er : Op.VEX_Vfmadd231ps_ymm_ymm_ymmm256, V(target), V(x), V(y)));

    /// <summary>target += the products of a lane's two BF16 numbers; 512 bits only.</summary>
    public void MultiplyAddPairs(int target, int x, int y) =>
        Emit(Instruction.Create(Op.EVEX_Vdpbf16ps_zmm_k1z_zmm_zmmm512b32, V(target), V(x), V(y)));

    /// <summary>target = x y in float32.</summary>
    public void Multiply(int target, int x, int y) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er : Op.VEX_Vmulps_ymm_ymm_ymmm256, V(target), V(x), V(y)));

    /// <summary>target = x and y.</summary>
    public void And(int target, int x, int y) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vpandd_zmm_k1z_zmm_zmmm512b32 : Op.VEX_Vpand_ymm_ymm_ymmm256, V(target), V(x), V(y)));

    /// <summary>target = x or y.</summary>
    public void Or(int target, int x, int y) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vpord_zmm_k1z_zmm_zmmm512b32 : Op.VEX_Vpor_ymm_ymm_ymmm256, V(target), V(x), V(y)));

    /// <summary>Shifts 32-bit lanes to the left.</summary>
    public void ShiftLeft(int target, int source, int bits) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vpslld_zmm_k1z_zmmm512b32_imm8 : Op.VEX_Vpslld_ymm_ymm_imm8, V(target), V(source), bits));

    /// <summary>Shifts 16-bit lanes to the left.</summary>
    public void ShiftLeftWords(int target, int source, int bits) => Emit(Instruction.Create(
        isWide ? Op.EVEX_Vpsllw_zmm_k1z_zmmm512_imm8 : Op.VEX_Vpsllw_ymm_ymm_imm8, V(target), V(source), bits));

    /// <summary>Reads half a vector's bytes from memory and sign-extends each to 16 bits.</summary>
    public void WidenBytes(int target, MemoryOperand source) =>
        Emit(Instruction.Create(isWide ? Op.EVEX_Vpmovsxbw_zmm_k1z_ymmm256 : Op.VEX_Vpmovsxbw_ymm_xmmm128, V(target), source));

    /// <summary>Reads half a vector's bytes as F16 and widens each to float32.</summary>
    public void WidenHalves(int target, MemoryOperand source) =>
        Emit(Instruction.Create(isWide ? Op.EVEX_Vcvtph2ps_zmm_k1z_ymmm256_sae : Op.VEX_Vcvtph2ps_ymm_xmmm128, V(target), source));

    private Register V(int register) => (isWide ? Register.ZMM0 : Register.YMM0) + register;

    private void Emit(in Instruction instruction) => code.AddInstruction(instruction);
}
