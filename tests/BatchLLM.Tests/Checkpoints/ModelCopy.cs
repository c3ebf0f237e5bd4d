using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Tests.Engine;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>A copy of a small model in a temporary directory, to be damaged by a test.</summary>
internal sealed class ModelCopy : IDisposable
{
    public ModelCopy(string name = "tied-bf16")
    {
        Folder = Directory.CreateTempSubdirectory("batchllm-model-").FullName;
        foreach (var file in Directory.EnumerateFiles(TestData.Model(name)))
        {
            System.IO.File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }
    }

    public string Folder { get; }

    public string File(string name) => Path.Combine(Folder, name);

    public void EditJson(string name, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(System.IO.File.ReadAllText(File(name)))!.AsObject();
        edit(json);
        System.IO.File.WriteAllText(File(name), json.ToJsonString());
    }

    /// <summary>Rewrites a weight file's header and keeps its data.</summary>
    public void EditHeader(string file, Func<string, string> edit, Func<byte[], byte[]>? editData = null)
    {
        var bytes = System.IO.File.ReadAllBytes(File(file));
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var data = bytes[(8 + length)..];
        Write(file, edit(Encoding.UTF8.GetString(bytes, 8, length)), editData?.Invoke(data) ?? data);
    }

    public void EditHeader(string file, Action<JsonObject> edit) => EditHeader(file, text =>
    {
        var json = JsonNode.Parse(text)!.AsObject();
        edit(json);
        return json.ToJsonString();
    });

    public void Write(string file, string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)text.Length);
        text.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + text.Length);
        System.IO.File.WriteAllBytes(File(file), bytes);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
