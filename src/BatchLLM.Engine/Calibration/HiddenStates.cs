using System.Globalization;
using System.Runtime.InteropServices;
using BatchLLM.Checkpoints;

namespace BatchLLM.Engine.Calibration;

/// <summary>
/// The residual stream of all calibration tokens before each layer, in files: for a large model it is larger than memory.
/// A file that has its name is whole.
/// </summary>
/// <param name="directory">Where the files are.</param>
/// <param name="width">Width of the stream.</param>
internal sealed class HiddenStates(string directory, int width)
{
    /// <summary>Writes the token embeddings, the stream before layer 0.</summary>
    public void WriteEmbeddings(Tensor embedding, IEnumerable<int> tokens)
    {
        using (var stream = Create(0))
        {
            var row = new float[width]; // [hidden]
            foreach (var token in tokens)
            {
                embedding.ReadFloats((long)token * width, row);
                stream.Write(MemoryMarshal.AsBytes<float>(row));
            }
        }

        Publish(0);
    }

    /// <summary>True if the stream before a layer is there.</summary>
    public bool Exists(int layer) => File.Exists(FileOf(layer));

    /// <summary>Opens the stream before a layer for reading.</summary>
    public FileStream Open(int layer) => File.OpenRead(FileOf(layer));

    /// <summary>Begins the stream before a layer; <see cref="Publish"/> gives it its name.</summary>
    public FileStream Create(int layer)
    {
        Directory.CreateDirectory(directory);
        return File.Create(FileOf(layer) + ".new");
    }

    /// <summary>Gives a closed file its name.</summary>
    public void Publish(int layer) => File.Move(FileOf(layer) + ".new", FileOf(layer), overwrite: true);

    /// <summary>Removes the stream before a layer, if it is there.</summary>
    public void Delete(int layer) => File.Delete(FileOf(layer));

    private string FileOf(int layer) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"hidden-{layer}.bin"));
}
