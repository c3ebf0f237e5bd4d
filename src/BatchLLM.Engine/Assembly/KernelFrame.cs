using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace BatchLLM.Engine.Assembly;

/// <summary>
/// What stands around a kernel's body. A kernel takes one pointer, to its arguments, so that the calling conventions differ in
/// one register; the body finds it in rdi and may use every register but rsp.
/// </summary>
internal static class KernelFrame
{
    private const int FirstSavedVector = 6;
    private const int SavedVectors = 10;
    private const int VectorBytes = 16;

    /// <summary>Assembles a function for this operating system.</summary>
    /// <param name="body">Emits the body; falls through at its end.</param>
    public static byte[] Assemble(Action<Assembler> body) => Assemble(OperatingSystem.IsWindows(), body);

    /// <summary>Assembles a function; null data means none.</summary>
    /// <param name="isWindows">True for the Microsoft x64 convention, false for System V.</param>
    /// <param name="body">Emits the body; falls through at its end.</param>
    internal static byte[] Assemble(bool isWindows, Action<Assembler> body)
    {
        var code = new Assembler(64);
        AssemblerRegister64[] saved = isWindows ? [rbx, rbp, rsi, rdi, r12, r13, r14, r15] : [rbx, rbp, r12, r13, r14, r15];
        Array.ForEach(saved, code.push);
        if (isWindows)
        {
            SaveVectors(code);
            code.mov(rdi, rcx);
        }

        body(code);
        if (isWindows)
        {
            RestoreVectors(code);
        }

        Array.ForEach([.. saved.Reverse()], code.pop);
        // Upper halves left set would slow down the SSE code of whoever called.
        code.vzeroupper();
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), 0);
        return bytes.ToArray();
    }

    // Windows keeps xmm6 to xmm15 for the caller; System V keeps none.
    private static void SaveVectors(Assembler code)
    {
        code.sub(rsp, SavedVectors * VectorBytes);
        for (var i = 0; i < SavedVectors; i++)
        {
            code.vmovups(__[rsp + i * VectorBytes], new AssemblerRegisterXMM(Register.XMM0 + FirstSavedVector + i));
        }
    }

    private static void RestoreVectors(Assembler code)
    {
        for (var i = 0; i < SavedVectors; i++)
        {
            code.vmovups(new AssemblerRegisterXMM(Register.XMM0 + FirstSavedVector + i), __[rsp + i * VectorBytes]);
        }

        code.add(rsp, SavedVectors * VectorBytes);
    }
}
