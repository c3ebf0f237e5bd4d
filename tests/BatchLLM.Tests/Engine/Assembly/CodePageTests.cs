using BatchLLM.Engine.Assembly;
using Iced.Intel;
using Xunit;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Tests.Engine.Assembly;

public unsafe class CodePageTests
{
    // Doubles the number that the argument points to, and spoils every register that a callee must restore.
    private static void Double(Assembler code)
    {
        AssemblerRegister64[] spoilt = [rbx, rbp, r12, r13, r14, r15, rsi];
        code.mov(rax, __[rdi]);
        code.add(rax, rax);
        code.mov(__[rdi], rax);
        Array.ForEach(spoilt, r => code.mov(r, rax));
        for (var i = 0; i < 16; i++)
        {
            code.vpxor(new AssemblerRegisterYMM(Register.YMM0 + i), ymm0, ymm0);
        }
    }

    [Fact]
    public void A_function_runs_from_a_page_that_can_no_longer_be_written()
    {
        Assert.SkipUnless(InstructionSets.Found.Includes(InstructionSet.Avx2), "x86-64 only");
        using var page = CodePage.Map([KernelFrame.Assemble(Double), KernelFrame.Assemble(code => code.inc(__qword_ptr[rdi]))]);
        Assert.NotNull(page);
        var number = 21L;
        ((delegate* unmanaged<long*, void>)page[0])(&number);
        ((delegate* unmanaged<long*, void>)page[1])(&number);
        Assert.Equal(43, number);
        page.Dispose();
        Assert.Throws<ObjectDisposedException>(() => (nint)page[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_frame_keeps_both_calling_conventions(bool isWindows)
    {
        var number = 21L;
        new KernelEmulator(new EmulatedMemory().Writable(&number, sizeof(long)))
            .Call(KernelFrame.Assemble(isWindows, Double), &number, isWindows);
        Assert.Equal(42, number);
    }

    [Fact]
    public void The_emulator_refuses_what_was_not_declared()
    {
        var numbers = stackalloc long[2];
        var reads = KernelFrame.Assemble(code => code.mov(rax, __[rdi + 8]));
        var writes = KernelFrame.Assemble(code => code.mov(__[rdi], rax));
        var unknown = KernelFrame.Assemble(code => code.vrcpps(ymm0, ymm1));
        var spoils = new byte[] { 0x48, 0x31, 0xDB, 0xC3 }; // xor rbx, rbx; ret
        foreach (var (bytes, reason) in new[] { (reads, "read 8 bytes"), (writes, "wrote 8 bytes"), (unknown, "vrcpps"), (spoils, "RBX") })
        {
            var emulator = new KernelEmulator(new EmulatedMemory().Readable(numbers, sizeof(long)));
            var refusal = Assert.Throws<InvalidOperationException>(() => emulator.Call(bytes, numbers));
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        }
    }
}
