using BatchLLM.Planning;

namespace BatchLLM.Cuda.Model;

/// <summary>
/// Which slot on the device holds which sequence's newest token. A step writes one half of the slots and reads the other, which the
/// step before it has written: blocks of one launch run in no order, so nothing may be read where another writes.
/// </summary>
/// <param name="length">Slots of a half.</param>
internal sealed class TokenSlots(int length)
{
    private List<Sequence> _written = []; // by the step at hand, in the order of its choices
    private List<Sequence> _read = []; // by the step before
    private int _next; // of those to be read, in all likelihood

    /// <summary>The step's first slot.</summary>
    public int First { get; private set; }

    /// <summary>Begins a step.</summary>
    public void Turn()
    {
        (_written, _read) = (_read, _written);
        _written.Clear();
        First = length - First;
        _next = 0;
    }

    /// <summary>Gives the step's next choice its slot.</summary>
    public int Add(Sequence sequence)
    {
        _written.Add(sequence);
        return First + _written.Count - 1;
    }

    /// <summary>The slot of the token that the step before chooses for a sequence.</summary>
    /// <exception cref="ArgumentException">It chooses none.</exception>
    public int Of(Sequence sequence)
    {
        // Both steps have their sequences in the same order, but for those that have gone.
        for (var tried = 0; tried < _read.Count; tried++)
        {
            var index = (_next + tried) % _read.Count;
            if (_read[index] == sequence)
            {
                _next = index + 1;
                return length - First + index;
            }
        }

        throw new ArgumentException("A slice ends behind the tokens that its sequence knows, and no step in flight chooses the next one.");
    }

    /// <summary>Lets go of all sequences, as no step is in flight.</summary>
    public void Clear()
    {
        _written.Clear();
        _read.Clear();
    }
}
