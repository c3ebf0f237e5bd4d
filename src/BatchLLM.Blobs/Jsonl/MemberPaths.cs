using System.Text.Json;

namespace BatchLLM.Blobs.Jsonl;

/// <summary>Wanted members of objects, by their paths: <c>user.name</c> is the member name of the column user.</summary>
/// <remarks>A column whose own name holds the dots is that column, too; of the two, the last in the line counts.</remarks>
internal sealed class MemberPaths
{
    private readonly List<Member> _members = [];

    private MemberPaths()
    {
    }

    /// <summary>The paths among some columns; null if none is one.</summary>
    public static MemberPaths? Of(IEnumerable<string> columns)
    {
        var paths = new MemberPaths();
        foreach (var column in columns.Where(column => column.Contains('.', StringComparison.Ordinal)))
        {
            paths.Add(column, column);
        }

        return paths._members.Count == 0 ? null : paths;
    }

    /// <summary>The member that the reader stands at the name of; null if neither it nor what is in it is wanted.</summary>
    public Member? Find(ref readonly Utf8JsonReader reader)
    {
        foreach (var member in _members)
        {
            if (reader.ValueTextEquals(member.Name))
            {
                return member;
            }
        }

        return null;
    }

    private void Add(string path, string rest)
    {
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        var name = dot < 0 ? rest : rest[..dot];
        var member = _members.Find(member => member.Name == name);
        if (member is null)
        {
            _members.Add(member = new Member(name));
        }

        if (dot < 0)
        {
            member.Path = path;
        }
        else
        {
            (member.Below ??= new MemberPaths()).Add(path, rest[(dot + 1)..]);
        }
    }

    /// <summary>A name on the way to wanted values.</summary>
    internal sealed class Member(string name)
    {
        public string Name => name;

        /// <summary>The column that its value is; null if only what is in it is wanted.</summary>
        public string? Path { get; set; }

        /// <summary>What is wanted of what is in it; null if nothing is.</summary>
        public MemberPaths? Below { get; set; }
    }
}
