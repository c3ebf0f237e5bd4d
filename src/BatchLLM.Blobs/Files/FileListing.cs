using System.Globalization;
using BatchLLM.Rows;

namespace BatchLLM.Blobs.Files;

/// <summary>Finds the files that match a URI pattern.</summary>
internal static class FileListing
{
    /// <summary>All matches, sorted ordinally by URI.</summary>
    /// <exception cref="BatchLLMException">A directory on the way cannot be read.</exception>
    public static List<BlobInfo> Find(string pattern, CancellationToken cancellationToken)
    {
        var segments = FileUri.RawPath(pattern).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var firstGlob = Array.FindIndex(segments, segment => GlobPattern.HasGlob(segment));
        var found = new List<BlobInfo>();
        if (firstGlob < 0)
        {
            AddFile(FileUri.ToPath(pattern), found);
            return found;
        }

        if (segments.Length - firstGlob > GlobPattern.MaxSegments)
        {
            throw new BatchLLMException(
                $"'{pattern}' has too many parts behind its first glob; expected at most {GlobPattern.MaxSegments}.");
        }

        var glob = GlobPattern.Parse(segments[firstGlob..]);
        var root = "/" + Uri.UnescapeDataString(string.Join('/', segments[..firstGlob]));
        Walk(root, glob, glob.Start, found, cancellationToken);
        found.Sort((a, b) => string.CompareOrdinal(a.Uri, b.Uri));
        return found;
    }

    private static void Walk(
        string directory, GlobPattern glob, ulong positions, List<BlobInfo> found, CancellationToken cancellationToken)
    {
        foreach (var entry in Entries(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isDirectory = entry.Attributes.HasFlag(FileAttributes.Directory);

            // A link is followed only where the pattern names its place: under ** two links could point at each other.
            var next = glob.Advance(positions, entry.Name, !isDirectory || entry.LinkTarget is null);
            if (isDirectory && next != 0)
            {
                Walk(entry.FullName, glob, next, found, cancellationToken);
            }
            else if (!isDirectory && glob.IsMatch(next))
            {
                AddFile(entry.FullName, found);
            }
        }
    }

    private static FileSystemInfo[] Entries(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).GetFileSystemInfos();
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return []; // no such place, or gone since its parent was read: nothing matches there
        }
        catch (IOException) when (File.Exists(directory))
        {
            return [];
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "list", directory);
        }
    }

    private static void AddFile(string path, List<BlobInfo> found)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            if (target is { Exists: true })
            {
                found.Add(new BlobInfo(FileUri.FromExactPath(path), target.Length, Version(target)));
            }
        }
        catch (FileNotFoundException)
        {
            // Deleted between the listing and here: it is not there.
        }
        catch (Exception e) when (FileFailure.IsOutside(e))
        {
            throw FileFailure.Describe(e, "read", path);
        }
    }

    /// <summary>What changes whenever a file's content does.</summary>
    public static string Version(FileInfo file) =>
        string.Create(CultureInfo.InvariantCulture, $"{file.Length}-{file.LastWriteTimeUtc.Ticks}");
}
