using System.Reflection;
using System.Runtime.InteropServices;

namespace BatchLLM.Cuda.Libraries;

/// <summary>
/// Finds NVIDIA's libraries, once per process as the system's loader does: in directories that were named, then wherever the
/// loader looks, then where CUDA's installer puts them. Named directories come first, since whoever names one means it.
/// </summary>
public static class CudaLibraries
{
    private const string InstalledDirectory = "/usr/local/cuda/lib64";

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, nint> Handles = new(StringComparer.Ordinal); // under the gate
    private static readonly Dictionary<string, string> Directories = new(StringComparer.Ordinal); // under the gate
    private static IReadOnlyList<string> _searched = []; // under the gate
    private static int _newestMajor = int.MaxValue; // under the gate

    static CudaLibraries() => NativeLibrary.SetDllImportResolver(typeof(CudaLibraries).Assembly, Resolve);

    /// <summary>Names directories to look in first. Libraries that were found already stay.</summary>
    /// <param name="directories">In the order of the search.</param>
    public static void SearchIn(IReadOnlyList<string> directories)
    {
        lock (Gate)
        {
            _searched = directories;
        }
    }

    /// <summary>
    /// Leaves out libraries newer than the driver: what they make and call, an older driver refuses.
    /// </summary>
    /// <param name="major">The driver's CUDA version, for example 12.</param>
    internal static void NoNewerThan(int major)
    {
        lock (Gate)
        {
            _newestMajor = major;
        }
    }

    /// <summary>Loads a library, so that its bindings can be called.</summary>
    /// <exception cref="BatchLLMException">No file of it can be loaded.</exception>
    internal static void Require(CudaLibrary library)
    {
        if (!TryLoad(library, out var tried))
        {
            throw new BatchLLMException(
                $"A GPU needs {tried[0]}, which was not found{Searched()}; install {library.Source}, or run on the CPU with --device cpu.");
        }
    }

    /// <summary>Loads a library if it is there.</summary>
    /// <param name="library">Which.</param>
    /// <param name="tried">Names of files that were looked for.</param>
    internal static bool TryLoad(CudaLibrary library, out IReadOnlyList<string> tried)
    {
        lock (Gate)
        {
            tried = [.. library.FileNames.Where(name => name.Major <= _newestMajor).Select(name => name.File)];
            if (Handles.ContainsKey(library.Name))
            {
                return true;
            }

            foreach (var path in tried.SelectMany(Paths))
            {
                if (NativeLibrary.TryLoad(path, out var handle))
                {
                    Handles.Add(library.Name, handle);
                    Directories.Add(library.Name, Path.GetDirectoryName(path)!);
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Loads what a library will look for by its bare name, from where the library itself was found: the loader would not look there.
    /// </summary>
    /// <param name="library">Loaded.</param>
    /// <param name="file">Name of the other file. If it is not there, it is left to the library to say so.</param>
    internal static void LoadBeside(CudaLibrary library, string file)
    {
        lock (Gate)
        {
            _ = NativeLibrary.TryLoad(Path.Combine(Directories[library.Name], file), out _);
        }
    }

    private static IEnumerable<string> Paths(string file)
    {
        foreach (var directory in _searched)
        {
            yield return Path.Combine(directory, file);
        }

        yield return file;
        yield return Path.Combine(InstalledDirectory, file);
    }

    private static string Searched() => _searched.Count == 0 ? "" : $" in {string.Join(':', _searched)} or where the system looks";

    /// <summary>The loader's handle of a library; 0 if it is not loaded.</summary>
    internal static nint Handle(CudaLibrary library) => Resolve(library.Name, typeof(CudaLibraries).Assembly, null);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        lock (Gate)
        {
            return Handles.GetValueOrDefault(name);
        }
    }
}
