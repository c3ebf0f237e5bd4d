using BatchLLM.Checkpoints;
using BatchLLM.Engine.Memory;

namespace BatchLLM.Engine.Attention;

/// <summary>
/// Cosines and sines of positions, computed as steps come to them: of a context of 131,072 a job of tickets reads a few
/// hundred. Memory that no position has come to stays untouched.
/// </summary>
internal sealed unsafe class RopeAngles : IDisposable
{
    private readonly AlignedBuffer<float> _cosines; // [positions, half]
    private readonly AlignedBuffer<float> _sines; // [positions, half]
    private readonly float[] _frequencies; // [half]
    private readonly StoredRope? _stored;
    private int _covered;

    /// <summary>Takes room for all positions.</summary>
    /// <param name="config">The model's numbers.</param>
    /// <param name="stored">What the checkpoint brings along, which takes precedence; null for none.</param>
    /// <param name="positions">Most positions.</param>
    public RopeAngles(LlamaConfig config, StoredRope? stored, int positions)
    {
        _frequencies = RopeTable.Frequencies(config);
        _stored = stored;
        _cosines = new AlignedBuffer<float>((long)positions * _frequencies.Length);
        _sines = new AlignedBuffer<float>((long)positions * _frequencies.Length);
    }

    /// <summary>Makes sure of the positions below one; not while others read.</summary>
    public void Cover(int positions)
    {
        var half = _frequencies.Length;
        for (; _covered < positions; _covered++)
        {
            Span<float> cosines = new(Cosines(_covered), half), sines = new(Sines(_covered), half);
            if (_stored is null)
            {
                RopeTable.Turn(_frequencies, _covered, cosines, sines);
            }
            else
            {
                _stored.Cosines.AsSpan(_covered * half, half).CopyTo(cosines);
                _stored.Sines.AsSpan(_covered * half, half).CopyTo(sines);
            }
        }
    }

    /// <summary>Of a position that is covered. // [headSize / 2]</summary>
    public float* Cosines(int position) => _cosines.Pointer + (long)position * _frequencies.Length;

    /// <summary>Of a position that is covered. // [headSize / 2]</summary>
    public float* Sines(int position) => _sines.Pointer + (long)position * _frequencies.Length;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
