package dev.lamina.kernel;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** Finds the known word that a mistyped one most likely meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * Returns a hint for an unknown word: {@code did you mean 'x'?} if a known word is close, else
   * the list of known words.
   *
   * @param word the unknown word
   * @param known the known words, at least one
   */
  public static String suggestion(String word, Collection<String> known) {
    String nearest =
        known.stream()
            .distinct()
            .min(Comparator.comparingInt((String k) -> distance(word, k)).thenComparing(k -> k))
            .orElseThrow();
    boolean close = distance(word, nearest) <= Math.max(2, nearest.length() / 3);
    return close
        ? "did you mean '" + nearest + "'?"
        : known.stream().distinct().sorted().collect(Collectors.joining(", ", "known: ", ""));
  }

  /** Returns the Levenshtein distance, ignoring case. */
  private static int distance(String a, String b) {
    String s = a.length() > 64 ? a.substring(0, 64) : a;
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= s.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same =
            Character.toLowerCase(s.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
        int cost = Math.min(diagonal + (same ? 0 : 1), 1 + Math.min(row[j], row[j - 1]));
        diagonal = row[j];
        row[j] = cost;
      }
    }
    return row[b.length()];
  }
}
