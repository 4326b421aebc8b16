/** The operations that every backend offers, and the checks that all backends share. */
package dev.lamina.ops;
