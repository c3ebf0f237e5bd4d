namespace BatchLLM.Engine.Linear;

/// <summary>
/// A group of k of one strip, expanded for the kernels: 16 scales, then what the integer sums start from, then the weights,
/// [quads, 16, 4] bytes or [quads, 2 pairs, 16, 2] shorts.
/// </summary>
internal static unsafe class GroupRecord
{
    /// <summary>Where the sums' start stands: [16, 2] shorts or [16] integers.</summary>
    public const int StartOffset = 64;

    /// <summary>Where the weights stand.</summary>
    public const int WeightsOffset = 128;

    /// <summary>Bytes of a quad of 16 columns, one byte each.</summary>
    public const int QuadBytes = 64;

    /// <summary>Bytes of a record.</summary>
    public static int Bytes(int quads, IntegerForm form) =>
        WeightsOffset + quads * QuadBytes * (form == IntegerForm.Shorts ? sizeof(short) : 1);

    /// <summary>A record's scales. // [16]</summary>
    public static float* Scales(byte* record) => (float*)record;

    /// <summary>A record's weights.</summary>
    public static byte* Weights(byte* record) => record + WeightsOffset;
}
