using System.Text;

namespace ActorLog.Sinks.Storage;

/// <summary>Checks and splits paths below a root, so that none can leave it.</summary>
public static class StorePath
{
    /// <summary>The longest name, bytes of UTF-8 (NAME_MAX of Linux).</summary>
    public const int NameBytesMax = 255;

    /// <summary>The longest path below the root, bytes of UTF-8; with the root it stays below PATH_MAX of Linux.</summary>
    public const int PathBytesMax = 2048;

    /// <summary>The directory of a path; "" for the root.</summary>
    public static string DirectoryOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>The last name of a path.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A name in a directory ("" for the root).</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";

    /// <summary>Whether a path is one below the root.</summary>
    public static bool IsLegal(string path)
    {
        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > PathBytesMax)
        {
            return false;
        }

        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan(range);
            if (name is "" or "." or ".." || name.Contains('\0') || Encoding.UTF8.GetByteCount(name) > NameBytesMax)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Throws for a path that is not one below the root.</summary>
    /// <exception cref="ArgumentException">The path is empty, absolute, too long, or has '.', '..', NUL or an empty name.</exception>
    public static void Check(string path)
    {
        if (!IsLegal(path))
        {
            throw new ArgumentException($"'{path}' is no path below the root.", nameof(path));
        }
    }

    internal static void CheckDirectory(string directory)
    {
        if (directory.Length > 0)
        {
            Check(directory);
        }
    }
}
