namespace BatchLLM.Tests.Engine.Assembly;

/// <summary>What an instruction computes from its sources; the destination holds what stood there before.</summary>
internal delegate void LaneFunction(Span<byte> destination, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, LaneShape shape);

/// <summary>One instruction's arithmetic.</summary>
/// <param name="ElementBytes">What one bit of a mask stands for.</param>
/// <param name="Compute">Computes all lanes.</param>
internal sealed record LaneOperation(int ElementBytes, LaneFunction Compute);

/// <summary>How much of a vector is computed.</summary>
/// <param name="Bytes">Bytes of the destination.</param>
/// <param name="Immediate">The immediate, or 0.</param>
internal readonly record struct LaneShape(int Bytes, int Immediate);
