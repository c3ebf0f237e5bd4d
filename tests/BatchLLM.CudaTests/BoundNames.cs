using System.Reflection;
using System.Runtime.InteropServices;
using BatchLLM.Cuda.Libraries;
using Xunit;

namespace BatchLLM.CudaTests;

/// <summary>Names that bindings give to the loader.</summary>
internal static class BoundNames
{
    /// <summary>Asserts that a library has every name that a class binds, before some rare path calls it.</summary>
    public static void AssertExported(Type bindings, CudaLibrary library) => AssertExported(bindings, CudaLibraries.Handle(library));

    /// <inheritdoc cref="AssertExported(Type, CudaLibrary)"/>
    public static void AssertExported(Type bindings, nint library)
    {
        var names = bindings.GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LibraryImportAttribute>()?.EntryPoint ?? method.GetCustomAttribute<DllImportAttribute>()?.EntryPoint)
            .OfType<string>().Distinct().ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(NativeLibrary.TryGetExport(library, name, out _), name));
    }
}
