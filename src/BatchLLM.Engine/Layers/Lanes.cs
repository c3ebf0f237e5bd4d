using System.Runtime.Intrinsics;

namespace BatchLLM.Engine.Layers;

/// <summary>Reductions over the 8 lanes of a vector in one written-down order.</summary>
internal static class Lanes
{
    /// <summary>Sum: lane j with lane j + 4, then j with j + 2, then the last two.</summary>
    public static float Sum(Vector256<float> v)
    {
        var four = v.GetLower() + v.GetUpper();
        return (four[0] + four[2]) + (four[1] + four[3]);
    }

    /// <summary>Largest lane; with a NaN among them, anything.</summary>
    public static float Max(Vector256<float> v)
    {
        var four = Vector128.MaxNative(v.GetLower(), v.GetUpper());
        var two = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
