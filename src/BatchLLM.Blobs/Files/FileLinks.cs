namespace BatchLLM.Blobs.Files;

/// <summary>Where a path leads once every symbolic link on it is followed.</summary>
/// <remarks>
/// <see cref="File.ResolveLinkTarget"/> looks at the last name of a path only; a link on the way to it leads out just as well.
/// </remarks>
public static class FileLinks
{
    // What Linux itself follows before it says ELOOP.
    private const int MostLinks = 40;

    /// <summary>
    /// A file URI with the links before its first glob followed; any other address as it is. What does not exist is taken as
    /// it is written: it is no link yet.
    /// </summary>
    /// <exception cref="BatchLLMException">Links lead in a circle.</exception>
    public static string FollowUri(string uri)
    {
        if (!FileUri.IsFileUri(uri))
        {
            return uri;
        }

        var segments = FileUri.RawPath(uri).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var plain = segments.TakeWhile(segment => !GlobPattern.HasGlob(segment)).ToArray();
        var folder = FollowPath("/" + Uri.UnescapeDataString(string.Join('/', plain)));
        return string.Join('/', [FileUri.FromExactPath(folder == "/" ? "" : folder), .. segments.Skip(plain.Length)]);
    }

    /// <summary>An absolute path with all links followed.</summary>
    /// <exception cref="BatchLLMException">Links lead in a circle.</exception>
    public static string FollowPath(string path)
    {
        var (real, links) = ("/", 0);
        var left = new Stack<string>();
        Push(path, left);
        while (left.TryPop(out var name))
        {
            var next = name == ".." ? Path.GetDirectoryName(real) ?? "/" : Path.Join(real, name);
            if (name == ".." || new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
            {
                throw new BatchLLMException($"Cannot follow {path}: its links lead in a circle, or over more than {MostLinks} others.");
            }

            real = target.StartsWith('/') ? "/" : real;
            Push(target, left);
        }

        return real;
    }

    private static void Push(string path, Stack<string> left)
    {
        foreach (var name in path.Split('/').Reverse().Where(name => name is not ("" or ".")))
        {
            left.Push(name);
        }
    }
}
