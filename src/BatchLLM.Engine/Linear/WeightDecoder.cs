using BatchLLM.Engine.Assembly;
using Iced.Intel;

namespace BatchLLM.Engine.Linear;

/// <summary>
/// Emits what turns weights in memory into vectors of float32, a lane per column; exact, and the same bits as the panels'
/// own <see cref="IPanelStore.Run"/>.
/// </summary>
/// <param name="encoding">How weights stand in memory.</param>
internal sealed class WeightDecoder(WeightEncoding encoding)
{
    private const uint UpperHalf = 0xFFFF0000;
    private const uint ScaledE4M3 = 0x87F00000; // sign, and exponent and mantissa where float32 has them
    private const uint TwoTo120 = (127 + 120) << 23;

    /// <summary>Bytes of one weight.</summary>
    /// <param name="encoding">How weights stand in memory.</param>
    public static int BytesPerWeight(WeightEncoding encoding) =>
        encoding switch { WeightEncoding.Float32 => 4, WeightEncoding.Fp8Pairs => 1, _ => 2 };

    /// <summary>k that one step takes.</summary>
    public int StepDepth => encoding is WeightEncoding.BrainFloatPairs or WeightEncoding.Fp8Pairs ? 2 : 1;

    /// <summary>Bytes of a column in one step.</summary>
    public int ColumnBytes => StepDepth * BytesPerWeight(encoding);

    /// <summary>Vector registers that constants take.</summary>
    public int ConstantCount => encoding switch { WeightEncoding.BrainFloatPairs => 1, WeightEncoding.Fp8Pairs => 2, _ => 0 };

    /// <summary>Sets the constants; changes eax.</summary>
    /// <param name="vectors">Receives the instructions.</param>
    /// <param name="constants">First of their registers.</param>
    public void EmitConstants(VectorAssembler vectors, int constants)
    {
        if (encoding == WeightEncoding.BrainFloatPairs)
        {
            vectors.Constant(constants, UpperHalf);
        }
        else if (encoding == WeightEncoding.Fp8Pairs)
        {
            vectors.Constant(constants, ScaledE4M3);
            vectors.Constant(constants + 1, TwoTo120);
        }
    }

    /// <summary>Decodes a vector of columns.</summary>
    /// <param name="vectors">Receives the instructions.</param>
    /// <param name="target">First of <see cref="StepDepth"/> registers; each receives one k.</param>
    /// <param name="source">The first column's bytes.</param>
    /// <param name="constants">First register of the constants.</param>
    public void Emit(VectorAssembler vectors, int target, MemoryOperand source, int constants)
    {
        switch (encoding)
        {
            case WeightEncoding.Float32:
                vectors.Load(target, source);
                break;
            case WeightEncoding.Float16:
                vectors.WidenHalves(target, source);
                break;
            case WeightEncoding.BrainFloatPairs:
                vectors.Load(target + 1, source);
                vectors.ShiftLeft(target, target + 1, 16);
                vectors.And(target + 1, target + 1, constants);
                break;
            case WeightEncoding.Fp8Pairs:
                EmitE4M3(vectors, target, source, constants);
                break;
        }
    }

    // A code's bits put where float32 has them are its value times 2^-120, subnormals included. Sign extension to 16 bits puts
    // the upper code 16 bits to the left with copies of its sign above it; the mask leaves one of them.
    private static void EmitE4M3(VectorAssembler vectors, int target, MemoryOperand source, int constants)
    {
        vectors.WidenBytes(target + 1, source);
        vectors.ShiftLeft(target, target + 1, 20);
        vectors.ShiftLeft(target + 1, target + 1, 4);
        for (var k = 0; k < 2; k++)
        {
            vectors.And(target + k, target + k, constants);
            vectors.Multiply(target + k, target + k, constants + 1);
        }
    }
}
