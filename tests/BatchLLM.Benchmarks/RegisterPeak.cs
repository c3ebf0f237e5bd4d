using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Threading;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Benchmarks;

/// <summary>An instruction's limit: independent chains of it in registers, assembled as the kernels are, on all threads at once.</summary>
internal sealed unsafe class RegisterPeak : IWorkItems, IDisposable
{
    // A fraction of a millisecond: long against what reading the clock takes, short enough to run undisturbed at times.
    private const int Rounds = 100_000;
    private const int OperationsPerLane = 2;

    private readonly CodePage _page;
    private readonly int _chains;
    private readonly int _lanes;
    private readonly bool _takesPairs;

    /// <summary>Assembles the chains.</summary>
    /// <param name="set">Instructions that the machine has, AVX2 at least.</param>
    /// <param name="takesPairs">True for VDPBF16PS, false for fused multiply-adds of float32.</param>
    /// <param name="workers">Threads.</param>
    public RegisterPeak(InstructionSet set, bool takesPairs, int workers)
    {
        var isWide = set.Includes(InstructionSet.Avx512);
        (_chains, _lanes, _takesPairs, Count) = (isWide ? 24 : 12, isWide ? 16 : 8, takesPairs, workers);
        _page = CodePage.Map([KernelFrame.Assemble(code => Emit(new VectorAssembler(code, isWide)))])
            ?? throw new InvalidOperationException("The system refuses executable memory; the limits of assembled kernels cannot be measured.");
    }

    public int Count { get; }

    /// <summary>Operations of one run.</summary>
    public double Operations => (double)OperationsPerLane * (_takesPairs ? 2 : 1) * _chains * _lanes * Rounds * Count;

    public void Run(int item, int worker) => ((delegate* unmanaged<void*, void>)_page[0])(null);

    private void Emit(VectorAssembler vectors)
    {
        for (var register = 0; register <= _chains; register++)
        {
            vectors.Clear(register);
        }

        vectors.Code.mov(rcx, Rounds);
        var loop = vectors.Code.CreateLabel();
        vectors.Code.Label(ref loop);
        for (var chain = 0; chain < _chains; chain++)
        {
            if (_takesPairs)
            {
                vectors.MultiplyAddPairs(chain, _chains, _chains);
            }
            else
            {
                vectors.MultiplyAdd(chain, _chains, _chains);
            }
        }

        vectors.Code.sub(rcx, 1);
        vectors.Code.jne(loop);
    }

    public void Dispose() => _page.Dispose();
}
