using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using BatchLLM.Tests.Engine;

namespace BatchLLM.Tests.Checkpoints;

/// <summary>A copy of a small model in a temporary directory, to be damaged by a test.</summary>
internal sealed class ModelCopy : IDisposable
{
    public ModelCopy(string name = "tied-bf16")
        : this(new DirectoryInfo(TestData.Model(name)))
    {
    }

    private ModelCopy(DirectoryInfo source)
    {
        Folder = Directory.CreateTempSubdirectory("batchllm-model-").FullName;
        foreach (var file in source.EnumerateFiles())
        {
            file.CopyTo(Path.Combine(Folder, file.Name));
        }
    }

    public string Folder { get; }

    /// <summary>Copies one of the checkpoints in tests/data/checkpoints.</summary>
    public static ModelCopy OfCheckpoint(string name) => new(new DirectoryInfo(CheckpointFixture.Folder(name)));

    public string File(string name) => Path.Combine(Folder, name);

    public void EditJson(string name, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(System.IO.File.ReadAllText(File(name)))!.AsObject();
        edit(json);
        System.IO.File.WriteAllText(File(name), json.ToJsonString());
    }

    /// <summary>Replaces a tensor, wherever it stands; null removes it. The file is written anew without holes.</summary>
    public void EditTensor(string name, Func<StoredTensor, StoredTensor?> edit)
    {
        foreach (var path in Directory.EnumerateFiles(Folder, "*.safetensors"))
        {
            var tensors = StoredTensor.ReadAll(path);
            if (tensors.Remove(name, out var tensor))
            {
                if (edit(tensor) is { } edited)
                {
                    tensors.Add(name, edited);
                }

                StoredTensor.WriteAll(path, tensors);
                return;
            }
        }

        throw new ArgumentException($"No file has the tensor '{name}'.", nameof(name));
    }

    /// <summary>Adds a tensor to the file that holds another one.</summary>
    public void AddTensorBeside(string other, string name, StoredTensor tensor)
    {
        var path = Directory.EnumerateFiles(Folder, "*.safetensors").First(p => StoredTensor.ReadAll(p).ContainsKey(other));
        var tensors = StoredTensor.ReadAll(path);
        tensors.Add(name, tensor);
        StoredTensor.WriteAll(path, tensors);
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
