namespace ActorLog.Drills.Clustering;

/// <summary>Which file stands under a name, and how long it is: one that was left behind is sealed first, and the name is a new file's.</summary>
/// <param name="Made">When the file was made.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct FileMark(DateTime Made, long Length)
{
    /// <summary>Whether a line has come since.</summary>
    public bool HasGrownSince(FileMark earlier) => Length > (Made == earlier.Made ? earlier.Length : 0);
}
