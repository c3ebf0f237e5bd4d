using BatchLLM.Engine.Assembly;
using BatchLLM.Engine.Linear;
using BatchLLM.Engine.Threading;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Benchmarks;

/// <summary>The machine's limit of multiplying integers and adding the products: chains in registers, on all threads at once.</summary>
internal sealed unsafe class IntegerPeak : IWorkItems, IDisposable
{
    private const long Rounds = 40_000;
    private const int Chains = 12;

    private readonly CodePage _page;
    private readonly int _productsOfChain;

    /// <summary>Assembles the chains.</summary>
    /// <param name="form">Which instructions: those that take operands in this form.</param>
    /// <param name="isWide">True for 512-bit vectors, which only dot products have here.</param>
    /// <param name="workers">Threads.</param>
    public IntegerPeak(IntegerForm form, bool isWide, int workers)
    {
        Count = workers;
        _productsOfChain = (isWide ? 2 : 1) * (form == IntegerForm.Shorts ? 16 : 32);
        _page = CodePage.Map([KernelFrame.Assemble(code => Emit(code, form, isWide))])
            ?? throw new InvalidOperationException("The system refuses executable memory: there is nothing to measure.");
    }

    public int Count { get; }

    /// <summary>Operations of one run: a multiplication and an addition for each product.</summary>
    public double Operations => 2.0 * Chains * _productsOfChain * Rounds * Count;

    public void Run(int item, int worker)
    {
        var rounds = Rounds;
        ((delegate* unmanaged<long*, void>)_page[0])(&rounds);
    }

    public void Dispose() => _page.Dispose();

    private static void Emit(Assembler code, IntegerForm form, bool isWide)
    {
        code.mov(rcx, __qword_ptr[rdi]);
        var loop = code.CreateLabel();
        code.Label(ref loop);
        for (var chain = 0; chain < Chains; chain++)
        {
            Chain(code, form, isWide, chain);
        }

        code.dec(rcx);
        code.jne(loop);
    }

    private static void Chain(Assembler code, IntegerForm form, bool isWide, int chain)
    {
        var (sum, product) = (IntegerTileCode.Y(chain), IntegerTileCode.Y(12 + chain % 2));
        switch (form)
        {
            case IntegerForm.Shorts:
                code.vpmaddwd(product, ymm14, ymm15);
                code.vpaddd(sum, sum, product);
                break;
            case IntegerForm.BytesSummedIn16:
                code.vpmaddubsw(product, ymm14, ymm15);
                code.vpaddw(sum, sum, product);
                break;
            case IntegerForm.BytesSummedIn32 when isWide:
                code.vpdpbusd(IntegerTileCode.Z(chain), zmm14, zmm15);
                break;
            default:
                code.vpdpbusd(sum, ymm14, ymm15);
                break;
        }
    }
}
