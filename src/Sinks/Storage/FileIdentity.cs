namespace ActorLog.Sinks.Storage;

/// <summary>
/// Which file it is, whatever it is called. The inode is what a journal keeps: device numbers may change with a restart
/// of the machine, so they count only while a handle is open.
/// </summary>
/// <param name="Device">The device's number.</param>
/// <param name="Inode">The number of the file on its device; used again after the file's last name is gone.</param>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
