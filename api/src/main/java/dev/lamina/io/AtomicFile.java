package dev.lamina.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file under construction, which appears under its name only once it is complete.
 *
 * <p>Bytes go to a hidden file in the same folder. {@link #commit()} moves it to the final name,
 * replacing what was there; {@link #close()} without a commit removes it, and so does the end of
 * the process through Ctrl-C. A symbolic link keeps pointing where it did and its target is
 * replaced. What is not a regular file, such as {@code /dev/null} or a pipe, is written directly.
 * The move is safe against the end of the process, not against a power failure.
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(target)) {
 *   file.channel().write(bytes);
 *   file.commit();
 * }
 * }</pre>
 *
 * <p>For one thread.
 */
public final class AtomicFile implements AutoCloseable {

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes everything.
     *
     * @param out buffered; need not be closed
     * @throws IOException if the stream does
     */
    void writeTo(OutputStream out) throws IOException;
  }

  private final Path target;
  private final Path written;
  private final FileChannel channel;
  private final Thread removeAtExit;
  private boolean open = true;

  private AtomicFile(Path target, Path written, FileChannel channel) {
    this.target = target;
    this.written = written;
    this.channel = channel;
    this.removeAtExit = new Thread(this::remove, "remove " + written.getFileName());
  }

  /**
   * Opens a file for writing.
   *
   * @param target the final name; its folder must exist
   * @return the open file; it appears under its name when committed
   * @throws FileException if the folder is missing or not writable, or the target is a folder
   */
  public static AtomicFile create(Path target) {
    try {
      Path end =
          Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target;
      if (Files.isDirectory(end)) {
        throw FileException.targetIsFolder(target);
      }
      if (Files.exists(end) && !Files.isRegularFile(end)) {
        return new AtomicFile(end, end, FileChannel.open(end, StandardOpenOption.WRITE));
      }
      Path part = partOf(end);
      FileChannel channel =
          FileChannel.open(part, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
      AtomicFile file = new AtomicFile(end, part, channel);
      file.removeWhenTheProcessEnds();
      return file;
    } catch (IOException e) {
      throw FileException.writing(target, e);
    }
  }

  /** Returns a hidden name next to the final one that no other writer uses. */
  private static Path partOf(Path end) {
    String random = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    String name = Objects.requireNonNull(end.getFileName(), "file name").toString();
    // File systems allow 255 bytes, and a character of the name may take four.
    String shown = name.substring(0, Math.min(name.length(), 48));
    return end.resolveSibling("." + shown + "." + random + ".part");
  }

  private void removeWhenTheProcessEnds() throws IOException {
    try {
      Runtime.getRuntime().addShutdownHook(removeAtExit);
    } catch (IllegalStateException e) {
      close();
      throw new IOException("the process is ending", e);
    }
  }

  /**
   * Writes a file in one go.
   *
   * @param target the final name
   * @param content writes the content
   * @throws FileException if it cannot be written; nothing is left behind then
   */
  public static void write(Path target, Content content) {
    try (AtomicFile file = create(target)) {
      try {
        OutputStream out =
            new BufferedOutputStream(Channels.newOutputStream(file.channel), 1 << 16);
        content.writeTo(out);
        out.flush();
      } catch (IOException e) {
        throw FileException.writing(target, e);
      }
      file.commit();
    }
  }

  /**
   * Writes a text in UTF-8.
   *
   * @param target the final name
   * @param text the content
   * @throws FileException if it cannot be written; nothing is left behind then
   */
  public static void writeString(Path target, CharSequence text) {
    write(target, out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Checks, before long work, that its result can be stored. What the target holds is kept.
   *
   * @param target the final name
   * @throws FileException if it cannot be written
   */
  public static void requireWritable(Path target) {
    create(target).close();
  }

  /** {@return where the bytes go} An {@link IOException} of it: {@link FileException#writing}. */
  public FileChannel channel() {
    return channel;
  }

  /**
   * Gives the file its final name. Nothing can be written afterwards.
   *
   * @throws FileException if that fails; the file is removed then
   */
  public void commit() {
    if (!open) {
      throw new IllegalStateException("commit: " + target + " is already closed");
    }
    try {
      channel.close(); // Network file systems report a full disk only here.
      if (!written.equals(target)) {
        move();
      }
      open = false;
      keepAtExit();
    } catch (IOException e) {
      close();
      throw FileException.writing(target, e);
    }
  }

  private void move() throws IOException {
    try {
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Removes the file unless it has been committed. Closing twice does nothing. */
  @Override
  public void close() {
    if (open) {
      open = false;
      try {
        channel.close();
      } catch (IOException e) {
        throw FileException.writing(target, e);
      } finally {
        remove();
        keepAtExit();
      }
    }
  }

  private void remove() {
    if (!written.equals(target)) {
      // A failure here would hide the one that led here, and only a hidden file stays behind.
      boolean _ = written.toFile().delete();
    }
  }

  private void keepAtExit() {
    try {
      Runtime.getRuntime().removeShutdownHook(removeAtExit);
    } catch (IllegalStateException e) {
      // The process is ending and the hook is running: it finds nothing to remove.
      return;
    }
  }
}
